import { describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createExec } from '../../src/adapters/exec.js';
import { createFiles } from '../../src/adapters/files.js';
import { envValue } from '../../src/compose/compose-cli.js';
import { readCompose } from '../../src/compose/read.js';
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

  it('falls back to the built-in reader where there is no Compose, and says so where Compose was asked for', async () => {
    const folder = project('services: { web: { image: web } }');
    const exec = createExec({ folder, processEnv: { PATH: pathWithoutDocker() } });
    const input = { files: createFiles(folder), exec, folder, settings: { compose: ['docker-compose.yml'], variables: {} } };
    expect((await readCompose(input)).reader).toBe('built-in');
    await expect(readCompose({ ...input, reader: 'compose' })).rejects.toMatchObject({ code: 'SC1309', kind: 'external' });
  });

  it('writes the home folder as `~`, which is another one on a host', async () => {
    const folder = project('services: { web: { image: web, volumes: ["~/a:/a", "${HOME}/b:/b"] } }');
    const model = await read(folder, 'built-in', { variables: { HOME: homedir() } });
    expect((model.services.web?.definition.volumes as { source: string }[]).map((mount) => mount.source)).toEqual(['~/a', '~/b']);
  });
});

/** A folder of links to the few tools that the script needs, and no docker. */
function pathWithoutDocker(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sc-path-'));
  for (const tool of ['sh', 'mktemp', 'rm', 'mkdir', 'cat', 'env']) spawnSync('ln', ['-s', spawnSync('sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).stdout.trim(), join(folder, tool)]);
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

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

