import { afterAll, describe, expect, it } from '@jest/globals';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { init } from '../../src/actions/init.js';
import { planAction } from '../../src/actions/plan.js';
import { loadSettings } from '../../src/actions/settings.js';
import type { InitOptions, Workspace } from '../../src/actions/types.js';
import { readConfigFile } from '../../src/config/index.js';
import type { Question } from '../../src/io/io.js';
import { errorOf, inProject, type Project } from '../config/project.js';
import { pluginFolder, proxySource } from '../providers/plugin.js';
import { projects } from './projects.js';

const { plugin, remove } = pluginFolder();
afterAll(remove);

const plugins = [
  plugin('@stagecraft/proxy-traefik', { proxy: { traefik: { module: './proxy.mjs', api: '^0.1.0', default: true } } }, { 'proxy.mjs': proxySource({ id: "'traefik'" }) }, { bundled: true }),
  plugin('@stagecraft/provider-generic', { backend: { generic: { module: './build.mjs', api: '^0.1.0' } } }, { 'build.mjs': "export default { kind: 'backend', id: 'generic', api: '0.1.0', configSchema: {}, build: async () => [] };" }, { bundled: true }),
];

const nothing: InitOptions = { interactive: false, force: false };

function workspace({ folder, files }: Project, answer: (question: Question) => string = nobody): Workspace {
  return {
    folder,
    files,
    config: 'stagecraft.yml',
    processEnv: {},
    plugins,
    io: { event: () => undefined, ask: async (question) => answer(question) },
    // As on a machine without Docker: the built-in reader reads.
    exec: { run: async () => ({ exitCode: 90, stdout: '', stderr: '' }) },
    clock: { now: () => 0 } as unknown as Workspace['clock'],
    signal: new AbortController().signal,
    yes: false,
    command: 'stagecraft init',
  };
}

function nobody(question: Question): string {
  throw new Error(`nobody is there to be asked: ${question.text}`);
}

function inside(name: string, files: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(files).map(([path, text]) => [`${name}/${path}`, text]));
}

/** Runs in a folder of a known name, since a project may be named after it. */
function inFolder<Result>(name: string, files: Readonly<Record<string, string>>, body: (ws: Workspace) => Promise<Result>, answer?: (question: Question) => string): Promise<Result> {
  return inProject(inside(name, files), async ({ folder }) => {
    const { createFiles } = await import('../../src/adapters/files.js');
    mkdirSync(join(folder, name), { recursive: true });
    return body(workspace({ folder: join(folder, name), files: createFiles(join(folder, name)) }, answer));
  });
}

describe('CLI_INIT: init', () => {
  it.each(Object.keys(projects).filter((name) => name !== 'names of all kinds'))('gives a config that a plan accepts: %s', async (shape) => {
    await inFolder('My Shöp!', projects[shape] ?? {}, async (ws) => {
      const result = await init(ws, nothing);
      expect(result.outcome).toBe('written');
      expect(readFileSync(join(ws.folder, 'stagecraft.yml'), 'utf8')).toBe(result.text);
      const config = await readConfigFile({ files: ws.files, path: 'stagecraft.yml', folder: ws.folder });
      expect(config.environments).toEqual(['dev']);
      expect((await loadSettings({ ...ws, environment: 'dev' })).settings).toMatchObject({ driver: 'local', environment: 'dev' });
      const plan = await planAction({ ...ws, environment: 'dev' }, { refresh: false, pull: false, filter: {} });
      expect(plan.findings.filter((finding) => finding.severity === 'error')).toEqual([]);
      expect(result.next).toEqual(['stagecraft plan --env dev', 'stagecraft deploy --env dev']);

      const written = result.files.filter((path) => path.endsWith('.yml') && path !== 'stagecraft.yml').map((path) => `--- ${path}\n${readFileSync(join(ws.folder, path), 'utf8')}`);
      expect(`${result.text}${written.join('')}--- found\n${result.found.join('\n')}\n`).toMatchSnapshot();
    });
  });

  it('says what a plan would refuse, and writes the config all the same', async () => {
    await inFolder('shop', projects['names of all kinds'] ?? {}, async (ws) => {
      const result = await init(ws, nothing);
      expect(result.text).toMatchSnapshot();
      expect(result.next).toEqual(['docker-compose.yml:2:3: `Web` cannot be the name of a service here', '  use lower-case letters, digits, `-`, `_` and `.`, at most 63, a letter or digit first', 'stagecraft plan --env dev']);
    });
  });

  it('gives the same bytes each time', async () => {
    const texts = [];
    for (let run = 0; run < 2; run += 1) texts.push(await inFolder('shop', projects['several images in one repository'] ?? {}, async (ws) => (await init(ws, nothing)).text));
    expect(texts[0]).toBe(texts[1]);
  });

  it('makes .stagecraft/, which git does not see', async () => {
    await inFolder('shop', projects['images of others alone'] ?? {}, async (ws) => {
      expect((await init(ws, nothing)).files).toEqual(['.stagecraft/.gitignore', 'stagecraft.yml']);
      expect(readFileSync(join(ws.folder, '.stagecraft/.gitignore'), 'utf8')).toMatch(/^\*\n!\.gitignore$/m);
    });
  });

  it('leaves a .stagecraft/ that is there as it is', async () => {
    await inFolder('shop', { ...projects['images of others alone'], '.stagecraft/.gitignore': 'mine\n', '.stagecraft/releases.json': '{}' }, async (ws) => {
      expect((await init(ws, nothing)).files).toEqual(['stagecraft.yml']);
      expect(readFileSync(join(ws.folder, '.stagecraft/.gitignore'), 'utf8')).toBe('mine\n');
    });
  });

  it('writes nothing where .stagecraft is no folder', async () => {
    await inFolder('shop', { ...projects['images of others alone'], '.stagecraft': 'a file' }, async (ws) => {
      expect(await errorOf(init(ws, nothing))).toMatchObject({ code: 'SC5205', kind: 'user' });
      expect(existsSync(join(ws.folder, 'stagecraft.yml'))).toBe(false);
    });
  });

  it('writes nothing of its own over an override of the user', async () => {
    await inFolder('shop', { ...projects['mounts for development'], 'docker-compose.stagecraft.yml': 'services: { app: { volumes: !reset [] }, api: { volumes: !reset [] } }\n' }, async (ws) => {
      const result = await init(ws, nothing);
      expect(result.files).toEqual(['.stagecraft/.gitignore', 'stagecraft.yml']);
      expect(result.text).toContain('compose: [docker-compose.yml, docker-compose.stagecraft.yml]');
      expect(result.next).toEqual(['stagecraft plan --env dev', 'stagecraft deploy --env dev']);
    });
  });
});

describe('init on a config that is there', () => {
  const config = 'version: 1\nproject: { name: shop }\nroutes: [{ service: wordpress, port: 80, host: shop.example.com }]\nenvironments:\n  dev: {}\n  prod: { hosts: [deploy@203.0.113.10] }\n';

  it('checks and summarises it, and does not touch it', async () => {
    await inFolder('shop', { ...projects['images of others alone'], 'stagecraft.yml': config }, async (ws) => {
      const before = statSync(join(ws.folder, 'stagecraft.yml')).mtimeMs;
      expect(await init(ws, nothing)).toEqual({
        outcome: 'exists',
        files: [],
        found: ['stagecraft.yml: environments dev, prod', 'dev: driver local, Compose docker-compose.yml, routes shop.example.com/ to wordpress:80', 'prod: driver ssh, Compose docker-compose.yml, routes shop.example.com/ to wordpress:80'],
        text: config,
        next: ['stagecraft plan --env dev', 'To write it anew: stagecraft init --force'],
      });
      expect(statSync(join(ws.folder, 'stagecraft.yml')).mtimeMs).toBe(before);
      expect(existsSync(join(ws.folder, '.stagecraft'))).toBe(false);
    });
  });

  it('tells what is wrong with it', async () => {
    await inFolder('shop', { ...projects['images of others alone'], 'stagecraft.yml': `${config}nonsense: 1\n` }, async (ws) => {
      expect(await errorOf(init(ws, nothing))).toMatchObject({ kind: 'user', location: { file: 'stagecraft.yml', line: 7 } });
    });
  });

  it('writes it anew with force, whatever it was', async () => {
    await inFolder('shop', { ...projects['images of others alone'], 'stagecraft.yml': 'not: [valid' }, async (ws) => {
      expect(await init(ws, { ...nothing, force: true })).toMatchObject({ outcome: 'written', files: ['.stagecraft/.gitignore', 'stagecraft.yml'] });
      expect(readFileSync(join(ws.folder, 'stagecraft.yml'), 'utf8')).toContain('name: shop');
    });
  });
});

describe('init where there is nothing to begin with', () => {
  it('offers the lines for a Dockerfile without a Compose file', async () => {
    await inFolder('shop', { 'server/Dockerfile': 'FROM node:20\nEXPOSE 3000 9229\n', 'package.json': '{"name": "@acme/api"}' }, async (ws) => {
      expect(await errorOf(init(ws, nothing))).toMatchObject({
        code: 'SC5201',
        kind: 'user',
        message: expect.stringContaining('server/Dockerfile is there'),
        next: ['Write docker-compose.yml:', '  services:', '    api:', '      build: server', '      ports: ["3000"]', 'stagecraft init'],
      });
      expect(existsSync(join(ws.folder, 'stagecraft.yml'))).toBe(false);
    });
  });

  it('offers lines that work', async () => {
    await inFolder('shop', { 'api.Dockerfile': 'FROM node:20\nEXPOSE 3000\n' }, async (ws) => {
      const { next } = await errorOf(init(ws, nothing));
      writeFileSync(join(ws.folder, 'docker-compose.yml'), next.filter((line) => line.startsWith('  ')).map((line) => `${line.slice(2)}\n`).join(''));
      expect((await init(ws, nothing)).text).toContain('{ path: /, service: shop, port: 3000 }');
    });
  });

  it.each([
    ['SC5202', {}, 'no Compose file'],
    ['SC5202', { 'package.json': '{"scripts":{"start":"x"}}' }, 'package.json is here'],
    ['SC5201', { 'docker-compose.prod.yml': 'services: {}' }, 'but docker-compose.prod.yml'],
  ])('says so: %s %j', async (code, files, text) => {
    await inFolder('shop', files, async (ws) => {
      const error = await errorOf(init(ws, nothing));
      expect(error).toMatchObject({ code, kind: 'user' });
      expect(error.message).toContain(text);
    });
  });

  it('tells what is wrong with the Compose file, and of the .env that is missing', async () => {
    await inFolder('shop', { 'docker-compose.yml': 'services: { web: { image: "web:${TAG:?which one}" } }\n', '.env.example': 'TAG=1\n' }, async (ws) => {
      const error = await errorOf(init(ws, nothing));
      expect(error).toMatchObject({ kind: 'user', location: { file: 'docker-compose.yml', line: 1 } });
      expect(error.next.slice(-2)).toEqual(['cp .env.example .env', 'stagecraft init']);
    });
  });
});

describe('the name', () => {
  const files = projects['a web application with a database'] ?? {};

  it.each([
    [{ 'docker-compose.yml': 'name: From_Compose\nservices: { a: { image: b } }\n', 'package.json': '{"name":"pack"}' }, 'from_compose', 'docker-compose.yml'],
    [{ 'docker-compose.yml': 'name: "${X:-y}"\nservices: { a: { image: b } }\n', 'package.json': '{"name":"@acme/pack"}' }, 'pack', 'package.json'],
    [{ 'docker-compose.yml': 'services: { a: { image: b } }\n', 'package.json': 'broken' }, 'my-shop', 'the name of the folder'],
  ])('is that of Compose, of package.json, of the folder: %j', async (given, name, from) => {
    await inFolder('My Shöp!', given, async (ws) => expect((await init(ws, nothing)).text).toContain(`  name: ${name} # from ${from};`));
  });

  it('is the one that was asked for', async () => {
    await inFolder('shop', files, async (ws) => expect((await init(ws, { ...nothing, name: 'other' })).text).toContain('  name: other # as asked for;'));
  });

  it('is refused where it can be none', async () => {
    await inFolder('shop', files, async (ws) => expect(await errorOf(init(ws, { ...nothing, name: 'No Way' }))).toMatchObject({ code: 'SC5200', kind: 'user', next: ['stagecraft init no-way'] }));
  });
});

describe('init with a person', () => {
  const files = projects['images of others alone'] ?? {};

  it('asks for the name and before it writes', async () => {
    const asked: Question[] = [];
    const answers = ['blog', 'yes'];
    await inFolder('shop', files, async (ws) => expect((await init(ws, { ...nothing, interactive: true })).text).toContain('  name: blog # as answered;'), (question) => {
      asked.push(question);
      return answers.shift() ?? question.fallback;
    });
    expect(asked).toEqual([
      { code: 'SC5220', text: 'Name of the project?', choices: [], fallback: 'shop' },
      { code: 'SC5221', text: expect.stringMatching(/^ {2}docker-compose\.yml: 2 services\n.*\n {2}wordpress: WordPress .*\nWrite stagecraft\.yml\?$/s), choices: ['yes', 'no'], fallback: 'yes' },
    ]);
  });

  it('writes nothing after a no', async () => {
    await inFolder('shop', files, async (ws) => {
      expect(await errorOf(init(ws, { ...nothing, interactive: true }))).toMatchObject({ code: 'SC5204', kind: 'user' });
      expect(existsSync(join(ws.folder, 'stagecraft.yml'))).toBe(false);
    }, (question) => (question.code === 'SC5221' ? 'no' : question.fallback));
  });

  it('asks again for a name that can be none, but not for ever', async () => {
    let asked = 0;
    await inFolder('shop', files, async (ws) => expect(await errorOf(init(ws, { ...nothing, interactive: true }))).toMatchObject({ code: 'SC5200' }), () => `Not A Name ${(asked += 1)}`);
    expect(asked).toBe(3);
  });
});
