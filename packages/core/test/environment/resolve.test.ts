import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readConfigFile } from '../../src/config/read.js';
import type { Settings } from '../../src/config/types.js';
import type { Override } from '../../src/environment/effective.js';
import { resolveSettings } from '../../src/environment/resolve.js';
import type { StagecraftError } from '../../src/errors/index.js';
import type { ProviderEntry } from '../../src/providers/types.js';
import { errorOf, inProject, line, lines, type Project } from '../config/project.js';

const entry = (kind: ProviderEntry['kind'], id: string, preferred = false): ProviderEntry => ({ kind, id, package: `acme-${id}`, version: '1.0.0', module: '/none', api: '^0.1.0', bundled: true, default: preferred });
const providers = [entry('backend', 'generic'), entry('proxy', 'one'), entry('proxy', 'two', true)];

interface Options {
  readonly env?: Readonly<Record<string, string>>;
  readonly environment?: string;
  readonly compose?: readonly string[];
  readonly overrides?: readonly Override[];
  readonly more?: Readonly<Record<string, string>>;
  readonly prepare?: (project: Project) => void;
}

function resolve(config: string, options: Options = {}): Promise<Settings> {
  return inProject({ 'stagecraft.yml': config, ...options.more }, async (project) => {
    options.prepare?.(project);
    const { folder, files } = project;
    return resolveSettings({
      config: await readConfigFile({ files, path: 'stagecraft.yml', folder, providers }),
      files,
      processEnv: options.env ?? {},
      composeTexts: options.compose ?? [],
      overrides: options.overrides ?? [],
      providers,
      ...(options.environment === undefined ? {} : { environment: options.environment }),
    });
  });
}

const wrong = (config: string, options: Options = {}): Promise<StagecraftError> => errorOf(resolve(config, options));

const head = 'version: 1\nproject: { name: shop }\n';
const dev = `${head}environments: { dev: {} }\n`;

describe('CORE_ENV_RESOLUTION: the environment', () => {
  it('is the only one where none is named', async () => {
    expect((await resolve(dev)).environment).toBe('dev');
  });

  it('must be named where there are several', async () => {
    const error = await wrong(`${head}environments:\n  prod: {}\n  dev: {}\n`);
    expect([error.code, error.kind, error.message, error.next]).toEqual(['SC1121', 'user', 'stagecraft.yml has 2 environments: dev, prod; which one is meant?', ['--env dev', '--env prod']]);
  });

  it('is refused with the nearest name where it is not there', async () => {
    const error = await wrong(`${head}environments: { prod: {}, dev: {} }\n`, { environment: 'prd' });
    expect([error.code, error.message]).toEqual(['SC1120', 'stagecraft.yml has no environment `prd`: did you mean `prod`?']);
  });
});

describe('defaults', () => {
  it('make settings of the five-line file', async () => {
    const settings = await resolve(`${head}environments:\n  prod: { hosts: [deploy@203.0.113.10] }\n`);
    expect(settings).toMatchObject({
      project: 'shop',
      environment: 'prod',
      driver: 'ssh',
      composeProject: 'shop-prod',
      compose: ['docker-compose.yml'],
      profiles: [],
      images: 'pull',
      registries: [],
      hosts: [{ name: '203.0.113.10', address: '203.0.113.10', user: 'deploy', roles: ['app'] }],
      backends: [{ name: 'backend', provider: 'generic', services: [], config: {} }],
      services: {},
      routes: [],
      rollout: { maxParallel: '25%', onFailure: 'rollback', acknowledgeMs: 30_000, unreachableMs: 120_000 },
      retention: { releases: 10 },
      secretNames: [],
      variables: {},
      findings: [],
    });
    expect(settings.proxy).toBeUndefined();
  });

  it('mean this machine where there are no hosts', async () => {
    const settings = await resolve(`${dev}services: { db: { role: data } }\n`);
    expect([settings.driver, settings.hosts.map(({ name, roles }) => [name, roles])]).toEqual(['local', [['local', ['app', 'data']]]]);
  });

  it('give a named service its times', async () => {
    expect((await resolve(`${dev}services: { api: }\n`)).services['api']).toEqual({
      role: 'app',
      singleton: false,
      mode: 'container',
      healthTimeoutMs: 60_000,
      settleMs: 2000,
      drainMs: 30_000,
      location: { file: 'stagecraft.yml', line: 4, column: 13 },
    });
  });

  it('take the Compose file that is there', async () => {
    expect((await resolve(dev, { more: { 'compose.yaml': 'services: {}' } })).compose).toEqual(['compose.yaml']);
  });

  it('take the proxy that says it is the one, only where there are routes', async () => {
    const settings = await resolve(`${dev}routes: [{ service: web, port: 80, host: Shop.Example.com, path: /a/ }, { service: web, port: 80 }]\nproxy: { listen: { http: 8080 }, providers: { two: { x: 1 }, one: { y: 2 } } }\n`);
    expect(settings.proxy).toMatchObject({ provider: 'two', listen: { http: 8080, https: 443 }, config: { x: 1 } });
    expect(settings.routes).toMatchObject([{ service: 'web', port: 80 }, { host: 'shop.example.com', path: '/a', service: 'web', port: 80 }]);
  });

  it('ask for a proxy where none says so', async () => {
    const error = await inProject({ 'stagecraft.yml': `${dev}routes: [{ service: web, port: 80 }]\n` }, async ({ folder, files }) =>
      errorOf(resolveSettings({ config: await readConfigFile({ files, path: 'stagecraft.yml', folder }), files, processEnv: {}, composeTexts: [], providers: [entry('proxy', 'a'), entry('proxy', 'b')] })),
    );
    expect(lines(error)).toEqual(['stagecraft.yml:4:1 SC1045 there are routes, and no proxy is named to carry them out']);
    expect(error.next).toEqual(['add `proxy: { provider: a }`; known: a, b']);
  });

  it('give hosts without roles everything where there is one, and app where there are several', async () => {
    const one = await resolve(`${head}services: { db: { role: data } }\nenvironments: { p: { hosts: { a: { address: 203.0.113.1 } } } }\n`);
    expect(one.hosts.map(({ roles }) => roles)).toEqual([['app', 'data']]);
    const two = await resolve(`${head}services: { db: { role: data } }\nenvironments: { p: { hosts: { b: { address: 203.0.113.1 }, a: { address: "2001:db8::1", roles: [data] } } } }\n`);
    expect(two.hosts.map(({ name, roles }) => [name, roles])).toEqual([['a', ['app', 'data']], ['b', ['app']]]);
  });
});

describe('one order everywhere', () => {
  const config = `${head}rollout: { max_parallel: 2, acknowledge_timeout: 5s }
services: { api: { replicas: 2, rollout: { drain: 5s } } }
routes: [{ service: a, port: 1 }]
environments:
  prod:
    rollout: { max_parallel: 3 }
    services: { api: { replicas: 4 }, web: { replicas: 1 } }
    routes: [{ service: b, port: 2 }]
`;

  it('lays the environment over the top level: maps by key, lists as a whole', async () => {
    const { services, routes, rollout, origins } = await resolve(config);
    expect(services).toMatchObject({ api: { replicas: 4, drainMs: 5000 }, web: { replicas: 1, drainMs: 30_000 } });
    expect(routes.map(({ service }) => service)).toEqual(['b']);
    expect(rollout).toEqual({ maxParallel: 3, onFailure: 'rollback', acknowledgeMs: 5000, unreachableMs: 120_000 });
    expect(origins['services.api.replicas']).toEqual({ kind: 'file', location: { file: 'stagecraft.yml', line: 9, column: 34 } });
    expect(origins['services.api.rollout.drain']).toEqual({ kind: 'file', location: { file: 'stagecraft.yml', line: 4, column: 51 } });
    expect(origins['services.web.rollout.drain']).toEqual({ kind: 'default' });
  });

  it('puts a variable over the environment, and a flag over the variable', async () => {
    const env = { STAGECRAFT_ROLLOUT_MAX_PARALLEL: '7', STAGECRAFT_RETENTION_RELEASES: '3', STAGECRAFT_PROJECT_IMAGES: '' };
    const variable = await resolve(config, { env });
    expect([variable.rollout.maxParallel, variable.retention.releases, variable.images]).toEqual([7, 3, 'pull']);
    expect(variable.origins['rollout.max_parallel']).toEqual({ kind: 'variable', name: 'STAGECRAFT_ROLLOUT_MAX_PARALLEL' });
    const flag = await resolve(config, { env, overrides: [{ path: 'rollout.max_parallel', value: 1, flag: '--max-parallel' }] });
    expect(flag.rollout.maxParallel).toBe(1);
    expect(flag.origins['rollout.max_parallel']).toEqual({ kind: 'flag', name: '--max-parallel' });
  });

  it('says which variable is wrong', async () => {
    expect((await wrong(dev, { env: { STAGECRAFT_RETENTION_RELEASES: 'many' } })).message).toBe('`retention.releases`: expected a whole number from 1 to 1000, found "many" in STAGECRAFT_RETENTION_RELEASES');
  });
});

describe('variables', () => {
  const config = `${head}services: { api: { replicas: "\${N:-2}", role: "\${ROLE}" } }\nenvironments:\n  dev: { env_file: [a.env, b.env], env: { A: env, ROLE: app } }\n`;
  const more = { '.env': 'A=dot\nB=dot\nC=dot\nD=dot\n', 'a.env': 'B=a\nC=a\nFROM=${D}-${B}\n', 'b.env': 'C=b\n' };

  it('come from .env, below env_file, below env, below the process, and from nowhere else', async () => {
    const { variables, origins } = await resolve(config, { more, env: { N: '3', D: 'process', HOME: '/root', PATH: '/bin' }, compose: ['services: { x: { image: "i:$D" } }'] });
    expect(variables).toEqual({ A: 'env', B: 'a', C: 'b', D: 'process', FROM: 'process-a', N: '3', ROLE: 'app' });
    expect(origins['variables.C']).toEqual({ kind: 'file', location: { file: 'b.env', line: 1, column: 1 } });
    expect(origins['variables.A']).toEqual({ kind: 'file', location: { file: 'stagecraft.yml', line: 5, column: 46 } });
    expect(origins['variables.D']).toEqual({ kind: 'variable', name: 'D' });
  });

  it('come from the process too where Compose passes them through without a value', async () => {
    const compose = ['services:\n  a: { environment: [L, "M=1"], build: { args: { Q: } } }\n  b: { environment: { O: , P: 1 } }\nsecrets: { s: { environment: S } }\n'];
    expect((await resolve(dev, { compose, env: { L: 'l', M: 'm', O: 'o', P: 'p', Q: 'q', S: 's', T: 't' } })).variables).toEqual({ L: 'l', O: 'o', Q: 'q', S: 's' });
  });

  it('are put into text and into numbers', async () => {
    const { services } = await resolve(config, { more });
    expect(services['api']).toMatchObject({ replicas: 2, role: 'app' });
  });

  it('are put into the chosen environment only', async () => {
    const text = `${head}environments:\n  dev: {}\n  prod: { compose_project: "\${NEEDED:?for prod}" }\n`;
    await expect(resolve(text, { environment: 'dev' })).resolves.toBeDefined();
    expect(lines(await wrong(text, { environment: 'prod' }))).toEqual(['stagecraft.yml:5:28 SC1102 `compose_project`: variable `NEEDED` is not set: for prod']);
  });

  it('are checked by the schema once they are in, without showing what they held', async () => {
    const error = await wrong(`${dev}services: { api: { replicas: "\${N}" } }\nproxy: { listen: { http: "\${P}" } }\n`, { env: { N: 'hunter2', P: '99999' } });
    expect(lines(error)).toEqual([
      'stagecraft.yml:4:30 SC1020 `services.api.replicas`: expected a whole number from 0 to 1000, found what "${N}" gives',
      'stagecraft.yml:5:26 SC1024 `proxy.listen.http`: expected a port number from 1 to 65535, found what "${P}" gives',
    ]);
  });

  it('warn where one is used that is not set', async () => {
    const { findings } = await resolve(`${dev}x: &x 1\n`.replace('x: &x 1\n', 'services: { api: { role: "app$NONE" } }\n'));
    expect(findings.map(line)).toEqual(['stagecraft.yml:4:26 SC1104 variable `NONE` is not set; it is empty here']);
  });

  it('of env may mention each other and what lies below, but not in a circle', async () => {
    expect((await resolve(`${head}environments: { dev: { env: { A: "$B-1", B: "\${C}x", C: c, P: "$P:/b" } } }\n`, { more: { '.env': 'P=/a' } })).variables).toEqual({ A: 'cx-1', B: 'cx', C: 'c', P: '/a:/b' });
    expect(lines(await wrong(`${head}environments: { dev: { env: { A: $B, B: $A } } }\n`))).toEqual(['stagecraft.yml:3:34 SC1111 variables go in a circle: `A` -> `B` -> `A`']);
  });

  it('of a file that is not there are an error at its mention', async () => {
    expect(lines(await wrong(`${head}environments: { dev: { env_file: .env.dev } }\n`))).toEqual(['stagecraft.yml:3:34 SC1112 there is no file .env.dev, the `env_file` of `dev`']);
  });

  it('of a file stay inside the project', async () => {
    const through = `${head}environments: { dev: { env_file: "\${WHERE}" } }\n`;
    expect((await wrong(through, { env: { WHERE: '../secret' } })).code).toBe('SC1130');
    expect((await wrong(through, { env: { WHERE: '/etc/hostname' } })).code).toBe('SC1130');
    const linked = await wrong(`${head}environments: { dev: { env_file: conf/link } }\n`, { more: { 'conf/other': '' }, prepare: ({ folder }) => symlinkSync('/etc/hostname', join(folder, 'conf/link')) });
    expect([linked.code, linked.location]).toEqual(['SC1130', { file: 'stagecraft.yml', line: 3, column: 34 }]);
  });

  it('give the same settings each time, leave text without a dollar alone, and never fail where they are set', async () => {
    const name = fc.stringMatching(/^[A-Z][A-Z0-9_]{0,6}$/).filter((text) => !text.startsWith('STAGECRAFT'));
    const value = fc.stringMatching(/^[a-z0-9 .:/-]{0,12}$/);
    await fc.assert(
      fc.asyncProperty(fc.dictionary(name, value, { minKeys: 1, maxKeys: 5 }), async (env) => {
        const config = `${head}environments: { dev: { env: { ${Object.keys(env).map((key) => `x${key}: "$$-\${${key}}"`).join(', ')}, plain: "a b" } } }\n`;
        const [first, second] = await Promise.all([resolve(config, { env }), resolve(config, { env })]);
        expect(second).toEqual(first);
        expect(first.variables).toMatchObject({ ...env, plain: 'a b', ...Object.fromEntries(Object.entries(env).map(([key, text]) => [`x${key}`, `$-${text}`])) });
      }),
      { numRuns: 20 },
    );
  });
});

it('keeps paths of Compose files inside the project, links as well', async () => {
  expect((await wrong('version: 1\nproject: { name: shop, compose: "${C}" }\nenvironments: { dev: {} }\n', { env: { C: '../x.yml' } })).code).toBe('SC1130');
  expect((await resolve('version: 1\nproject: { name: shop, compose: [./a.yml, "b/../${C}.yml"] }\nenvironments: { dev: {} }\n', { env: { C: 'c' } })).compose).toEqual(['a.yml', 'c.yml']);
});
