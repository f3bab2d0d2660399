import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createExec } from '../../src/adapters/exec.js';
import { createFiles } from '../../src/adapters/files.js';
import { envValue } from '../../src/compose/compose-cli.js';
import { readCompose } from '../../src/compose/read.js';
import { writeYaml } from '../../src/compose/write-yaml.js';
import { composeTest, dataOf, fixtureFiles, fixtureNames, fixtures, nasty, problemsOf, project, read, variables } from './support.js';

describe('CORE_COMPOSE: the two readers', () => {
  it.each(fixtureNames())('the built-in reader accepts %s, and no path of this machine is in its model', async (name) => {
    const model = await read(join(fixtures, name), 'built-in');
    expect(model.reader).toBe('built-in');
    expect(Object.keys(model.services).length).toBeGreaterThan(0);
    expect(JSON.stringify(dataOf(model))).not.toContain(fixtures);
  });

  for (const name of fixtureNames()) {
    composeTest(`both give the same bytes for ${name}`, async () => {
      const folder = join(fixtures, name);
      const [one, other] = await Promise.all([read(folder, 'compose'), read(folder, 'built-in')]);
      expect(one.reader).toBe('compose');
      expect(JSON.stringify(dataOf(one), null, 1)).toBe(JSON.stringify(dataOf(other), null, 1));
      expect(JSON.stringify(dataOf(one))).not.toMatch(/stagecraft-compose\.|\/tmp\//);
    });
  }

  for (const name of ['five-services', 'override', 'extends', 'wordpress', 'interpolation']) {
    composeTest(`env files and environment of ${name} give what Compose itself gives`, async () => {
      const folder = join(fixtures, name);
      const model = await read(folder, 'built-in');
      const own = Object.fromEntries(Object.entries(model.services).map(([service, { environment }]) => [service, environment]));
      expect(own).toEqual(environmentsByCompose(folder));
    });
  }

  composeTest('every value comes through Compose as it is', async () => {
    const names = Object.keys(nasty).filter((name) => name !== 'CONTROL' && name !== 'SEPARATORS');
    const folder = project(['services:', '  web:', '    image: web', '    environment:', ...names.map((name) => `      ${name}: "\${${name}}"`), ...names.map((name) => `      BARE_${name}: "<\${${name}:-default}>"`)].join('\n'));
    const model = await read(folder, 'compose', { variables: nasty });
    expect(model.reader).toBe('compose');
    for (const name of names) {
      expect([name, model.services.web?.environment[name]]).toEqual([name, nasty[name]]);
      expect([name, model.services.web?.environment[`BARE_${name}`]]).toEqual([name, `<${nasty[name] === '' ? 'default' : nasty[name]}>`]);
    }
  });

  composeTest('Compose sees the variables it is given and nothing of the shell', async () => {
    process.env.SC_TEST_SHELL_ONLY = 'from the shell';
    try {
      const folder = project('services: { web: { image: web, environment: { A: "${SC_TEST_SHELL_ONLY:-nothing}", SC_TEST_SHELL_ONLY: } } }');
      expect((await read(folder, 'compose', { variables: {} })).services.web?.environment).toEqual({ A: 'nothing' });
    } finally {
      delete process.env.SC_TEST_SHELL_ONLY;
    }
  });

  composeTest('nothing is left in the folder for temporary files, whether Compose accepts or refuses', async () => {
    const temporary = project({});
    await read(join(fixtures, 'override'), 'compose', { temporary });
    await problemsOf(read(project('services: { web: { image: web, nonsense: 1 } }'), 'compose', { temporary }));
    expect(readdirSync(temporary)).toEqual([]);
  });

  composeTest('what Compose refuses is an error at the line, in its words where ours are missing', async () => {
    const folder = project('services:\n  web:\n    image: web\n    depends_on: [nobody]\n  db:\n    image: db\n    cpus: many\n');
    const problems = await problemsOf(read(folder, 'compose'));
    expect(problems).toEqual(['docker-compose.yml:7:5 SC1304 `services.db.cpus` must be a number']);
  });

  composeTest('what Compose refuses is told in our words where we know it, and is found by what Compose names where we do not', async () => {
    const refused = async (file: string): Promise<readonly string[]> => problemsOf(read(project(file), 'compose'));
    expect(await refused('services:\n  web:\n    image: web\n    imagee: x\n')).toEqual([expect.stringMatching(/^docker-compose\.yml:4:5 SC1308 .*imagee is not allowed$/)]);
    expect(await refused('services:\n  web:\n    image: web\n  "a b":\n    image: x\n')).toEqual(['docker-compose.yml:4:3 SC1403 `a b` cannot be the name of a service here']);
    expect(await refused('services:\n  a:\n    image: web\n    depends_on: [b]\n  b:\n    image: web\n    depends_on: [a]\n')).toEqual(['docker-compose.yml:4:5 SC1405 services depend on each other in a circle: a -> b -> a']);
  });

  it('says a single problem once: the place is beside the message', async () => {
    await expect(read(project('services: { web: { image: web, depends_on: [nobody] } }'), 'built-in')).rejects.toMatchObject({
      code: 'SC1310',
      message: 'web depends on `nobody`, which is not there',
      location: { file: 'docker-compose.yml', line: 1 },
      findings: [{ message: 'web depends on `nobody`, which is not there' }],
    });
  });

  composeTest('`include` is Compose’s to read: its services and their env files are there, paths from the project', async () => {
    const folder = project({
      'docker-compose.yml': 'include: [lib/compose.yml]\nservices: { web: { image: web, depends_on: [db] } }\n',
      'lib/compose.yml': 'services:\n  db:\n    image: "db:${TAG}"\n    env_file: db.env\n    volumes: ["./init:/init:ro"]\n',
      'lib/db.env': 'FROM_FILE=1\n',
      'lib/.env': 'TAG=from-lib\n',
    });
    const model = await read(folder, 'compose', { compose: ['docker-compose.yml'], variables: {} });
    expect(model.services.db).toMatchObject({ image: 'db:from-lib', environment: { FROM_FILE: '1' }, definition: { volumes: [{ source: './lib/init' }] } });
    expect(model.locate(['services', 'db', 'image'])).toEqual({ file: 'lib/compose.yml', line: 3, column: 5 });
    expect(await problemsOf(read(folder, 'built-in', { compose: ['docker-compose.yml'] }))).toEqual(['docker-compose.yml:1:1 SC1307 the built-in reader does not know `include`']);
  });

  it.each([
    ['there is no docker', undefined, 'there is no `docker compose` here'],
    ['docker has no Compose', 'echo "docker: unknown command" >&2; exit 1', 'there is no `docker compose` here'],
    ['Compose is too old', 'case "$*" in *version*) echo 2.17.3;; *) echo "unknown flag" >&2; exit 16;; esac', 'docker compose 2.17.3 is older than 2.20.0'],
  ])('falls back to the built-in reader where %s, and says so where Compose was asked for', async (_, docker, reason) => {
    const folder = project('services: { web: { image: web } }');
    const exec = createExec({ folder, processEnv: { PATH: pathWith(docker) } });
    const input = { files: createFiles(folder), exec, folder, settings: { compose: ['docker-compose.yml'], variables: {} } };
    expect((await readCompose(input)).reader).toBe('built-in');
    await expect(readCompose({ ...input, reader: 'compose' })).rejects.toMatchObject({ code: 'SC1309', kind: 'external', message: `Compose cannot read the files: ${reason}` });
  });

  it('takes its own reading where a Compose before 2.26 refuses what it knows in full', async () => {
    const folder = project('services: { web: { image: web } }');
    const exec = createExec({ folder, processEnv: { PATH: pathWith('case "$*" in *version*) echo v2.20.3;; *) echo "too new for me" >&2; exit 15;; esac') } });
    const input = { files: createFiles(folder), exec, folder, settings: { compose: ['docker-compose.yml'], variables: {} } };
    expect((await readCompose(input)).reader).toBe('built-in');
    await expect(readCompose({ ...input, reader: 'compose' })).rejects.toMatchObject({ code: 'SC1308', message: expect.stringContaining('too new for me') });
  });

  composeTest('both agree on whatever can be written in short and long forms', async () => {
    await fc.assert(fc.asyncProperty(fc.array(anyService, { minLength: 25, maxLength: 25 }), async (services) => {
      const file = { services: Object.fromEntries(services.map((service, index) => [`s${index}`, { image: 'any', ...service }])), volumes: { vol: null, w: { driver: 'local' } }, networks: { n: null, m: { internal: true } } };
      const folder = project(writeYaml(file));
      const [one, other] = await Promise.all([read(folder, 'compose'), read(folder, 'built-in')]);
      expect(dataOf(one)).toEqual(dataOf(other));
    }), { numRuns: 4, endOnFailure: true, verbose: 0 });
  });

  it('writes the home folder as `~`, which is another one on a host', async () => {
    const folder = project('services: { web: { image: web, volumes: ["~/a:/a", "${HOME}/b:/b"] } }');
    const model = await read(folder, 'built-in', { variables: { HOME: homedir() } });
    expect((model.services.web?.definition.volumes as { source: string }[]).map((mount) => mount.source)).toEqual(['~/a', '~/b']);
  });
});

/** A folder of links to the few tools that the script needs, and a `docker` of these lines. */
function pathWith(docker: string | undefined): string {
  const folder = project(docker === undefined ? {} : { docker: `#!/bin/sh\n${docker}\n` });
  if (docker !== undefined) chmodSync(join(folder, 'docker'), 0o755);
  for (const tool of ['sh', 'mktemp', 'rm', 'mkdir', 'cat', 'env']) symlinkSync(spawnSync('sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).stdout.trim(), join(folder, tool));
  return folder;
}

const word = fc.stringMatching(/^[a-z][a-z0-9]{0,6}$/);
const value = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 }), fc.constantFrom('', 'a=b', '$$x', ' y ')).map((one) => (typeof one === 'string' ? one.replaceAll('$', '$$$$') : one));
const pairs = fc.oneof(fc.dictionary(word, value, { maxKeys: 4 }), fc.array(fc.tuple(word, fc.string()).map(([key, item]) => `${key}=${item.replaceAll('$', '$$$$')}`), { maxLength: 4 }));
const host = fc.integer({ min: 1, max: 65_535 });
const anyService = fc.record({
  command: fc.oneof(fc.array(fc.string().map((one) => one.replaceAll('$', '$$$$'))), fc.constantFrom('run it', "sh -c 'a; b'", 'a && b', '"x y" z\\ w')),
  environment: pairs,
  labels: pairs,
  ports: fc.array(fc.oneof(host.map(String), fc.tuple(host, host).map(([a, b]) => `${a}:${b}/udp`), fc.tuple(host, host).map(([a, b]) => ({ target: a, published: String(b) })), fc.constant('127.0.0.1:7000-7002:80-82')), { maxLength: 3 }),
  volumes: fc.uniqueArray(fc.oneof(word.map((one) => `./${one}:/${one}`), word.map((one) => `vol:/v${one}:ro`), word.map((one) => ({ type: 'volume', source: 'w', target: `/w${one}`, read_only: true })), word.map((one) => ({ type: 'bind', source: `./x/../${one}`, target: `/b/${one}/` }))), { maxLength: 3, selector: (one) => JSON.stringify(one) }),
  networks: fc.oneof(fc.constantFrom(['n'], ['default', 'm'], { n: null }, { n: { aliases: ['x', 'a'] }, default: null }, { m: { priority: 5 } })),
  expose: fc.uniqueArray(host.map(String), { maxLength: 3 }),
  mem_limit: fc.constantFrom('64m', '1.5g', 1024, '2gb'),
  cpus: fc.constantFrom(0.5, 1, '0.25', 1.75),
  stop_grace_period: fc.constantFrom('90s', '1m30s', '1h', '500ms', '0s'),
  healthcheck: fc.constantFrom({ test: 'x y', interval: '60s' }, { test: ['CMD', 'x'], retries: 3, timeout: '1m1s' }, { test: ['NONE'] }, { disable: true }),
  deploy: fc.constantFrom({ replicas: 2 }, { resources: { limits: { memory: '64m', pids: 5 } } }, { restart_policy: { condition: 'on-failure', max_attempts: 3 } }, { mode: 'replicated' }),
  ulimits: fc.dictionary(word, fc.oneof(fc.integer({ min: 1, max: 99 }), fc.constant({ soft: 1, hard: 2 })), { maxKeys: 2 }),
  extra_hosts: fc.constantFrom(['a:198.18.0.1', 'b=::1'], { c: '198.18.0.2' }, ['a=198.18.0.1', 'a=198.18.0.2']),
  tmpfs: fc.constantFrom('/run', ['/run', '/tmp:size=1m']),
  dns: fc.constantFrom('198.18.0.1', ['198.18.0.2', '198.18.0.1']),
  logging: fc.constantFrom({ driver: 'none' }, { driver: 'json-file', options: { 'max-file': 3 } }),
  privileged: fc.boolean(), tty: fc.boolean(), init: fc.boolean(), restart: fc.constantFrom('no', 'always', 'on-failure:3'), user: fc.constantFrom('1000', 'a:b'), scale: fc.constantFrom(1, 1), profiles: fc.uniqueArray(word, { maxLength: 2 }),
}, { requiredKeys: [] }).map((service) => ('deploy' in service ? { ...service, scale: undefined, mem_limit: undefined, cpus: undefined } : service));

/** What Compose says of the untouched files, env files merged by itself. */
function environmentsByCompose(folder: string): Readonly<Record<string, Readonly<Record<string, string>>>> {
  const temporary = mkdtempSync(join(tmpdir(), 'sc-env-'));
  try {
    const file = join(temporary, 'variables');
    writeFileSync(file, Object.entries(variables).map(([name, value]) => `${name}=${envValue(value)}`).join('\n'), { mode: 0o600 });
    const argv = ['compose', '-p', 'shop-prod', '--project-directory', folder, '--env-file', file, '--profile', '*', ...fixtureFiles(folder).flatMap((name) => ['-f', join(folder, name)]), 'config', '--format', 'json'];
    const result = spawnSync('docker', argv, { encoding: 'utf8', env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...(process.env.DOCKER_CONFIG === undefined ? {} : { DOCKER_CONFIG: process.env.DOCKER_CONFIG }) } });
    if (result.status !== 0) throw new Error(result.stderr);
    const { services } = JSON.parse(result.stdout.replaceAll('$$', '$')) as { services: Record<string, { environment?: Record<string, string | null> }> };
    return Object.fromEntries(Object.entries(services).map(([name, { environment = {} }]) => [name, Object.fromEntries(Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== null))]));
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

