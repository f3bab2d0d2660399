import { describe, expect, it } from '@jest/globals';
import { readDockerfile } from '../../src/scaffold/dockerfiles.js';
import { findCompose } from '../../src/scaffold/find-compose.js';
import { knownImage } from '../../src/scaffold/known-images.js';
import { findMigrations } from '../../src/scaffold/migrations.js';

describe('CLI_INIT: a Dockerfile', () => {
  it.each([
    ['EXPOSE 80 443/tcp 53/udp', [80, 443], false],
    ['EXPOSE 1\nFROM b\nEXPOSE 3000\nEXPOSE 3000', [3000], false],
    ['EXPOSE $PORT', [], false],
    ['healthcheck \\\n  --interval=1s CMD true', [], true],
    ['HEALTHCHECK CMD true\nHEALTHCHECK NONE', [], false],
    ['HEALTHCHECK CMD true\nFROM b', [], false],
    ['# EXPOSE 80\nRUN echo EXPOSE 81', [], false],
  ])('says which ports and health its last stage has: %j', (lines, exposes, healthcheck) => {
    expect(readDockerfile('Dockerfile', `FROM a\n${lines}\n`)).toEqual({ path: 'Dockerfile', exposes, healthcheck });
  });
});

describe('the Compose file', () => {
  it('is the one that Compose itself would take', () => {
    expect(findCompose(['docker-compose.yml', 'compose.yml', 'compose.override.yaml', 'docker-compose.override.yml', 'compose.test.yml', 'composer.json', 'sub/compose.yaml'])).toEqual({
      base: 'compose.yml',
      override: 'compose.override.yaml',
      left: [
        { path: 'compose.override.yaml', why: expect.stringContaining('by itself') },
        { path: 'compose.test.yml', why: 'it is read only when it is named' },
        { path: 'docker-compose.override.yml', why: 'it is read only when it is named' },
        { path: 'docker-compose.yml', why: 'Compose takes compose.yml before it' },
      ],
    });
  });
});

describe('migrations', () => {
  it.each([
    ['prisma/migrations', ['prisma/migrations/1_init/migration.sql'], 'Prisma'],
    ['drizzle', ['drizzle/0000_x.sql', 'drizzle/meta/_journal.json'], 'Drizzle'],
    ['db/migrate', ['db/migrate/1_x.rb'], 'Rails'],
    ['blog/migrations', ['blog/migrations/0001_initial.py'], 'Django'],
    ['database/migrations', ['database/migrations/1_x.php'], 'Laravel'],
    ['src/main/resources/db/migration', ['src/main/resources/db/migration/V1__x.sql'], 'Flyway'],
    ['migrations', ['migrations/1.sql'], 'SQL files'],
    ['migrations', ['migrations/1.js', 'knexfile.js'], 'Knex'],
    ['migrations', ['migrations/1.ts'], 'JavaScript'],
    ['alembic/versions', ['alembic.ini', 'alembic/versions/1.py'], 'Alembic'],
  ])('in %s are known by %j', (path, files, tool) => {
    expect(findMigrations({ folders: [path], files })).toEqual([{ path, tool }]);
  });

  it('are not every folder of that name', () => {
    expect(findMigrations({ folders: ['migrations', 'docs/versions'], files: ['migrations/README.md', 'docs/versions/1.md'] })).toEqual([]);
  });
});

describe('an image', () => {
  it.each([
    ['postgres:15', 'PostgreSQL'],
    ['registry.example.com:5000/library/redis@sha256:0', 'Redis'],
    ['acme/postgres-backup', undefined],
    ['constructor', undefined],
    [undefined, undefined],
  ])('%s is %s', (reference, name) => {
    expect(knownImage(reference)?.name).toBe(name);
  });
});
