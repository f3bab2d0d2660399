import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { glance } from '../../src/compose/glance.js';
import { renderOverlay } from '../../src/compose/overlay.js';
import { renderCompose } from '../../src/compose/render.js';
import { writeYaml } from '../../src/compose/write-yaml.js';
import { composeTest, desired, nasty, project } from './support.js';

const at = 'docker-compose.yml';
const labels = { release: 'rel-1', operation: 'op-1', dir: 'abcd' };
const application = {
  [at]: 'services:\n  web:\n    build: .\n    container_name: fixed\n    command: ["sh", "-c", "echo $$HOME"]\n    environment: { A: "1" }\n    depends_on: [db, job]\n    volumes: ["./conf:/conf:ro", "./data:/data", "/srv/x:/x", "vol:/v"]\n    networks: { default: , back: { aliases: [w] } }\n    deploy: { replicas: 1 }\n  job: { image: job }\n  db: { image: db, restart: always }\n  off: { image: off, profiles: [off] }\n  ext: { image: ext }\nnetworks: { back: { internal: true } }\nvolumes: { vol: { name: shared }, gone: {} }\n',
  'conf/a': 'a',
};

describe('DEPLOY_COMPOSE_GEN: the file of a host', () => {
  it('holds its services, images by id, files by content, and no value', async () => {
    const { desired: all } = await desired({
      files: application,
      services: { ext: { mode: 'external' } },
      input: {
        valuesKey: 'k',
        images: {
          db: {
            id: `sha256:${'d'.repeat(64)}`,
            tags: [],
            digests: [],
            architecture: '',
            os: '',
            size: 0,
            labels: {},
            volumes: [],
            workdir: '',
            exposed: [],
            healthcheck: true,
            createdAt: '',
          },
        },
      },
    });
    const digest = all.services.find((service) => service.name === 'web')?.files[0]?.digest ?? '';
    const data = all.services.find((service) => service.name === 'web')?.definition.volumes as { source: string }[];
    expect(
      renderCompose(all, 'local')
        .replaceAll(digest, '<digest>')
        .replaceAll(data[1]?.source ?? '-', 'data/<data>'),
    ).toMatchInlineSnapshot(`
      "# Written by Stagecraft for local. Changes here are lost with the next deploy.
      name: "shop-prod"
      services:
        db:
          image: "sha256:dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
          pull_policy: "never"
          restart: "always"
        job:
          image: "job"
          pull_policy: "never"
          restart: "always"
        web:
          command:
            - "sh"
            - "-c"
            - "echo $$HOME"
          depends_on:
            db:
              condition: "service_started"
            job:
              condition: "service_started"
          image: "shop-web:v1"
          networks:
            back:
              aliases:
                - "w"
            default: {}
          pull_policy: "never"
          restart: "always"
          volumes:
            - bind:
                create_host_path: false
              read_only: true
              source: "../../files/<digest>/conf"
              target: "/conf"
              type: "bind"
            - bind:
                create_host_path: true
              source: "../../data/<data>"
              target: "/data"
              type: "bind"
            - source: "vol"
              target: "/v"
              type: "volume"
            - bind:
                create_host_path: true
              source: "/srv/x"
              target: "/x"
              type: "bind"
      networks:
        back:
          internal: true
      volumes:
        vol:
          name: "shared"
      x-stagecraft-images:
        db: "sha256:dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
      "
    `);
  });

  it('is the same bytes for the same model, wherever its keys stand', async () => {
    const [one, two] = await Promise.all([desired({ files: application }), desired({ files: application })]);
    const shuffled = JSON.parse(JSON.stringify(two.desired, (_, value: unknown) => (typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).reverse()) : value))) as typeof two.desired;
    expect(renderCompose(one.desired, 'local')).toBe(renderCompose(shuffled, 'local'));
  });

  it('has only the services of the host’s roles', async () => {
    const { desired: all } = await desired({
      files: 'services: { web: { image: web, depends_on: [db] }, db: { image: db }, every: { image: every } }',
      services: { web: { role: 'web' }, db: { role: 'data' } },
      settings: {
        hosts: [
          {
            name: 'w',
            roles: ['web'],
            location: { file: 's', line: 1, column: 1 },
          },
          {
            name: 'd',
            roles: ['data'],
            location: { file: 's', line: 1, column: 1 },
          },
        ],
      },
    });
    const names = (host: string): readonly string[] => Object.keys((parse(renderCompose(all, host)) as { services: object }).services);
    expect([names('w'), names('d')]).toEqual([
      ['every', 'web'],
      ['db', 'every'],
    ]);
    expect(renderCompose(all, 'w')).not.toContain('depends_on');
  });

  composeTest('Compose reads it as the same application, with its files beside it', async () => {
    const { desired: all, values } = await desired({
      files: application,
      services: { ext: { mode: 'external' } },
      input: { valuesKey: 'k' },
    });
    const config = composeConfig({
      'releases/r/docker-compose.yml': renderCompose(all, 'local'),
      'secrets/r.yml': renderOverlay({
        desired: all,
        host: 'local',
        values,
        labels,
      }),
    });
    const web = config.services.web;
    expect(web?.command).toEqual(['sh', '-c', 'echo $HOME']);
    expect(web?.environment).toEqual({ A: '1' });
    expect(web?.labels).toMatchObject({
      'stagecraft.project': 'shop',
      'stagecraft.env': 'prod',
      'stagecraft.release': 'rel-1',
      'stagecraft.service': 'web',
      'stagecraft.operation': 'op-1',
      'stagecraft.dir': 'abcd',
      'stagecraft.digest': expect.any(String),
    });
    expect(
      web?.volumes?.map((mount) =>
        mount.source
          .replace(config.folder, '<env>')
          .replace(/[0-9a-f]{64}/, '<digest>')
          .replace(/-[0-9a-f]{8}$/, '-<hash>'),
      ),
    ).toEqual(['<env>/files/<digest>/conf', '<env>/data/data-<hash>', 'vol', '/srv/x']);
    expect(config.volumes.vol?.name).toBe('shared');
    expect(Object.keys(config.services).sort()).toEqual(['db', 'job', 'web']);
  });
});

describe('DEPLOY_COMPOSE_GEN: values', () => {
  composeTest('come through Compose exactly, whatever they hold', async () => {
    const { desired: all } = await desired({
      files: 'services: { web: { image: web } }',
    });
    const random = Object.fromEntries(fc.sample(fc.string({ unit: 'binary', maxLength: 40 }), 150).map((value, index): [string, string] => [`R${index}`, value.replaceAll('\0', '')]));
    const values = { web: { ...nasty, ...random } };
    const config = composeConfig({
      'a.yml': renderCompose(all, 'local'),
      'b.yml': renderOverlay({ desired: all, host: 'local', values, labels }),
    });
    expect(config.services.web?.environment).toEqual(values.web);
  });
});

describe('DEPLOY_COMPOSE_GEN: YAML that we write', () => {
  it('quotes a key that some reader would take for something else', () => {
    for (const key of ['E0', 'e-12', 'y', 'NO', 'off', 'Null', '1', '0x1', '<<', '~', '', 'a b']) expect(writeYaml({ [key]: 1 })).toBe(`${JSON.stringify(key)}: 1\n`);
    for (const key of ['web', 'E0x', 'e', '_', 'x-y.z']) expect(writeYaml({ [key]: 1 })).toBe(`${key}: 1\n`);
  });

  it('is read as the same data', () => {
    const value = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.string({ unit: 'binary' }),
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(fc.string(), tie('value'), { maxKeys: 4 }).filter((map) => !('__proto__' in map) || Object.hasOwn(map, '__proto__')),
      ),
    })).value;
    fc.assert(
      fc.property(value, (data) => {
        for (const version of ['1.1', '1.2'] as const) expect(parse(writeYaml(data), { version, merge: false })).toEqual(data);
      }),
    );
  });
});

describe('PROVIDER_PROXY: what a proxy provider may look at', () => {
  it('is every label at its line', async () => {
    const { model } = await desired({
      files: 'services:\n  a:\n    image: a\n    labels:\n      - "x=1"\n      - y\n  b:\n    image: b\n    labels:\n      z: 2\n',
    });
    const place = (line: number, column: number) => ({
      file: at,
      line,
      column,
    });
    expect(glance(model)).toEqual({
      services: [
        {
          name: 'a',
          labels: { x: '1', y: '' },
          location: place(2, 3),
          labelLocations: { x: place(5, 9), y: place(6, 9) },
        },
        {
          name: 'b',
          labels: { z: '2' },
          location: place(7, 3),
          labelLocations: { z: place(10, 7) },
        },
      ],
    });
  });
});

interface Config {
  readonly folder: string;
  readonly services: Readonly<
    Record<
      string,
      {
        readonly command?: string[];
        readonly environment?: Record<string, string>;
        readonly labels?: Record<string, string>;
        readonly volumes?: { source: string }[];
      }
    >
  >;
  readonly volumes: Readonly<Record<string, { readonly name: string }>>;
}

/** What Compose understands of files. */
function composeConfig(files: Readonly<Record<string, string>>): Config {
  const folder = project({});
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text, { mode: 0o600 });
  }
  const paths = Object.keys(files).map((name) => join(folder, name));
  const result = spawnSync('docker', ['compose', '-p', 'shop-prod', '--project-directory', dirname(paths[0] as string), ...paths.flatMap((path) => ['-f', path]), '--env-file', '/dev/null', 'config', '--format', 'json'], { encoding: 'utf8' });
  if (result.status !== 0) throw new Error(result.stderr);
  return {
    folder,
    ...(JSON.parse(result.stdout.replaceAll('$$', '$')) as Omit<Config, 'folder'>),
  };
}
