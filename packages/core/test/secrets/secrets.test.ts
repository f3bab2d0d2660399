import { describe, expect, it } from '@jest/globals';
import { createFiles } from '../../src/adapters/files.js';
import { desire, type DesireResult } from '../../src/compose/desire.js';
import { readConfigFile } from '../../src/config/read.js';
import type { Settings } from '../../src/config/types.js';
import { resolveSettings } from '../../src/environment/resolve.js';
import type { Finding } from '../../src/plugin-api/failure.js';
import { keptValues, withTodaysSecrets } from '../../src/actions/kept-secrets.js';
import { resolveSecrets, type ResolvedSecrets } from '../../src/secrets/resolve-secrets.js';
import { createSecret } from '../../src/secrets/secret.js';
import { readCompose } from '../../src/compose/read.js';
import { project } from '../compose/support.js';

const canary = 'cnry-7f3a9b';

interface Given {
  readonly compose: string;
  readonly config?: string;
  readonly process?: Readonly<Record<string, string>>;
  readonly env?: string;
  readonly provider?: Readonly<Record<string, string>>;
  readonly ask?: boolean;
  readonly key?: string;
  readonly more?: Readonly<Record<string, string>>;
}

async function settingsOf(given: Given, folder: string): Promise<Settings> {
  const files = createFiles(folder);
  const config = await readConfigFile({ files, path: 'stagecraft.yml', folder });
  return resolveSettings({ config, files, processEnv: given.process ?? {}, composeTexts: [given.compose] });
}

async function made(given: Given): Promise<DesireResult & { readonly resolved: ResolvedSecrets; readonly all: readonly Finding[] }> {
  const folder = project({ 'docker-compose.yml': given.compose, '.env': given.env ?? '', 'stagecraft.yml': `version: 1\nproject: { name: shop }\nenvironments: { prod: { driver: local } }\nsecrets: { names: [PW, KEY] }\n${given.config ?? ''}`, ...given.more });
  const files = createFiles(folder);
  const read = { ...(given.provider ?? { PW: canary, KEY: `${canary}-key` }) };
  const inUse = { provider: { kind: 'secrets', id: 'stub', api: '0.1.0', configSchema: {}, list: () => Promise.resolve([]), write: () => Promise.resolve(), read: (_: unknown, __: unknown, names: readonly string[]) => Promise.resolve(names.flatMap((name) => (read[name] === undefined ? [] : [createSecret(name, read[name])]))), place: () => 'the stub' } as const, context: { config: {} } as never };
  const resolved = await resolveSecrets(await settingsOf(given, folder), inUse, given.ask ?? true);
  const model = await readCompose({ files, exec: { run: () => Promise.reject(new Error('not here')) }, folder, reader: 'built-in', settings: resolved.settings });
  const result = await desire({ model, settings: resolved.settings, secrets: resolved.values, version: 'v1', files, ...(given.key === undefined ? {} : { valuesKey: given.key }) });
  return { ...result, resolved, all: [...resolved.findings, ...model.findings, ...result.findings] };
}

const service = (lines: string): string => `services:\n  web:\n    image: busybox\n${lines}`;
const errors = (all: readonly Finding[]): readonly string[] => all.filter((one) => one.severity === 'error').map(({ code, location }) => `${location?.file ?? ''}:${location?.line ?? 0} ${code}`);

describe('PROVIDER_SECRETS_INTERFACE: where values go', () => {
  it('gives a container what its section names, alone and inside a text, and its model has no value', async () => {
    const { values, desired, secrets, all } = await made({ key: 'k', compose: service('    environment: { PW: , URL: "pg://u:${PW}@db?k=$KEY", LEVEL: info }\n') });
    expect(values).toEqual({ web: { PW: canary, URL: `pg://u:${canary}@db?k=${canary}-key`, LEVEL: 'info' } });
    expect(JSON.stringify(desired)).not.toContain(canary);
    expect(JSON.stringify(desired)).not.toContain('stagecraft-secret');
    expect(Object.keys(secrets['web']?.values ?? {})).toEqual(['KEY', 'PW']);
    expect(errors(all)).toEqual([]);
  });

  it('takes the process before the provider, and the provider before env files', async () => {
    const compose = service('    environment: [PW, KEY]\n');
    expect((await made({ compose, env: 'PW=of-file\nKEY=of-file\n', process: { PW: 'of-process' }, provider: { KEY: 'of-provider', PW: 'of-provider' } })).values).toEqual({ web: { PW: 'of-process', KEY: 'of-provider' } });
    expect((await made({ compose, env: 'PW=of-file\nKEY=of-file\n', provider: {} })).values).toEqual({ web: { PW: 'of-file', KEY: 'of-file' } });
  });

  it('brings a Compose secret by content under a keyed name, and a build secret to the build alone', async () => {
    const compose = `${service('    secrets: [pw]\n')}  api:\n    build: { context: ., secrets: [pw], args: { FLAVOUR: "${canary}" } }\nsecrets: { pw: { environment: PW } }\n`;
    const { desired, uploads, builds, all } = await made({ compose, key: 'k', more: { Dockerfile: 'FROM busybox\n' } });
    expect(errors(all)).toEqual([]);
    expect(uploads.map(({ content }) => Buffer.from(content).toString())).toEqual([canary]);
    const [secret] = builds['api']?.secrets ?? [];
    expect(secret?.id).toBe('pw');
    expect(secret && 'value' in secret.from ? secret.from.value.reveal() : '').toBe(canary);
    expect(builds['api']?.args).toEqual({ FLAVOUR: canary });
    expect(JSON.stringify(desired)).not.toContain(canary);
    expect(desired.services[0]?.build).toMatchObject({ args: ['FLAVOUR'], argsDigest: expect.stringMatching(/^[0-9a-f]{64}$/) });
  });
});

describe('CORE_LOGGING: what containers read in files', () => {
  it('is kept to be masked by later commands: named secrets in Compose secrets and configs, and texts of Compose secrets that nobody named', async () => {
    const compose = `${service('    secrets: [pw, pem, pin]\n    configs: [conf]\n')}  api: { image: busybox }\nsecrets: { pw: { environment: PW }, pem: { file: ./key.pem }, pin: { environment: PIN } }\nconfigs: { conf: { content: "k=$KEY" } }\n`;
    const { secrets, all } = await made({ compose, key: 'k', env: 'PIN=4711-0815\n', more: { 'key.pem': 'first line\nsecond line\n' } });
    expect(errors(all)).toEqual([]);
    expect(secrets).toEqual({ web: { parts: {}, values: { KEY: `${canary}-key`, PW: canary }, mounted: ['4711-0815', canary, 'first line\nsecond line'] } });
    const files = [{ name: 'rel-1.parts.json', text: JSON.stringify(secrets) }];
    expect(await keptValues({ readSecrets: () => Promise.resolve(files) })).toEqual([`${canary}-key`, canary, '4711-0815', 'first line\nsecond line']);
  });

  it('is no text to look for where it is long or binary', async () => {
    const compose = `${service('    secrets: [big, bin]\n')}secrets: { big: { file: ./big }, bin: { file: ./bin } }\n`;
    expect((await made({ compose, more: { big: 'x'.repeat(8_193), bin: 'a\0b' } })).secrets).toEqual({});
  });
});

describe('PROVIDER_SECRETS_INTERFACE: what is refused', () => {
  it('has no value: at the line of its name, with the place', async () => {
    const { all } = await made({ compose: service('    environment: [PW, KEY]\n'), provider: { PW: canary } });
    expect(errors(all)).toEqual(['stagecraft.yml:4 SC1317']);
    expect(all.find((one) => one.code === 'SC1317')).toMatchObject({ message: expect.stringContaining('KEY of prod has no value: the stub does not have it'), next: expect.arrayContaining(['add the line KEY=... to the stub']) });
    expect(errors((await made({ compose: service('    environment: [PW]\n'), provider: { PW: canary, KEY: '' } })).all)).toEqual(['stagecraft.yml:4 SC1317']);
    expect(errors((await made({ compose: service('    environment: [PW]\n'), provider: {}, ask: false })).all)).toEqual([]);
  });

  it.each([
    ['a label', '    labels: { a: "${PW}" }\n', 'docker-compose.yml:4 SC1313'],
    ['a command', '    command: [run, "--pw=${PW}"]\n', 'docker-compose.yml:4 SC1313'],
    ['a build argument', '    build: { context: ., args: { PW: "${PW}" } }\n', 'docker-compose.yml:4 SC1313'],
    ['a build argument by its name', '    build: { context: ., args: [PW] }\n', 'docker-compose.yml:4 SC1313'],
    ['a healthcheck', '    healthcheck: { test: [CMD, check, "$PW"] }\n', 'docker-compose.yml:4 SC1313'],
  ])('stands in %s', async (_, lines, expected) => {
    const { all, desired } = await made({ compose: service(lines), more: { Dockerfile: 'FROM busybox\n' } });
    expect(errors(all)).toEqual([expected]);
    expect(JSON.stringify([all, desired])).not.toContain(canary);
  });

  it('is not given to that service', async () => {
    const config = 'services: { web: { secrets: [KEY] } }\n';
    expect(errors((await made({ config, compose: service('    environment:\n      KEY:\n      OTHER: "x${PW}"\n') })).all)).toEqual(['docker-compose.yml:6 SC1316']);
    expect(errors((await made({ config, compose: service('    env_file: [own.env]\n'), more: { 'own.env': `PW=${canary}\n` } })).all)).toHaveLength(1);
    expect(errors((await made({ config, compose: `${service('    secrets: [pw]\n')}secrets: { pw: { environment: PW } }\n` })).all)).toEqual(['docker-compose.yml:4 SC1316']);
  });

  it('is asked for by a name that is not there, or stands among the settings', async () => {
    const wrong = (config: string): Promise<unknown> => made({ config, compose: service('') });
    await expect(wrong('services: { web: { secrets: [PWD] } }\n')).rejects.toMatchObject({ findings: [{ code: 'SC1046', location: { line: 5 }, message: expect.stringContaining('did you mean `PW`?') }] });
    await expect(wrong('x-own: "${PW}"\nbackend: { providers: { generic: { build: { args: { A: "${PW}" } } } } }\n')).rejects.toMatchObject({ findings: [{ code: 'SC1047', location: { line: 6 } }] });
  });

  it('is warned of where it only looks like one', async () => {
    for (const args of ['[NPM_TOKEN]', '{ NPM_TOKEN: }', '{ NPM_TOKEN: "${NPM_TOKEN}" }', '["NPM_TOKEN=${NPM_TOKEN}"]']) {
      const { all } = await made({ env: 'NPM_TOKEN=abcdefgh\n', compose: service(`    build: { context: ., args: ${args} }\n`), more: { Dockerfile: 'FROM busybox\n' } });
      expect(all.filter((one) => one.code === 'SC1315')).toMatchObject([{ severity: 'warning', location: { line: 4 } }]);
    }
    expect((await made({ compose: service('    environment: [PW]\n'), provider: { PW: 'abc', KEY: canary } })).all).toMatchObject([{ code: 'SC1318', severity: 'warning' }]);
  });
});

describe('PROVIDER_SECRETS_INTERFACE: a changed secret', () => {
  const compose = 'services:\n  api: { image: busybox, environment: [PW], secrets: [pw] }\n  web: { image: busybox, environment: [KEY] }\nsecrets: { pw: { environment: PW } }\n';
  const digests = ({ desired }: DesireResult): readonly (string | undefined)[] => desired.services.map((one) => one.valuesDigest);

  it('changes the digest of the services that use it alone', async () => {
    const [before, after] = await Promise.all([made({ compose, key: 'k' }), made({ compose, key: 'k', provider: { PW: 'other-one', KEY: `${canary}-key` } })]);
    expect([digests(before)[0] === digests(after)[0], digests(before)[1] === digests(after)[1]]).toEqual([false, true]);
  });

  it('is today’s in a rollback, in variables and in mounted files, as a deploy of it would have it', async () => {
    const [before, after] = await Promise.all([made({ compose, key: 'k' }), made({ compose, key: 'k', provider: { PW: 'other-one', KEY: `${canary}-key` } })]);
    const sealed = (one: DesireResult): Parameters<typeof withTodaysSecrets>[0] => ({ desired: one.desired, kept: { values: one.values, secrets: one.secrets } });
    const { desired, kept } = withTodaysSecrets(sealed(before), sealed(after), 'k');
    expect(desired).toEqual(after.desired);
    expect(kept.values).toEqual(after.values);
  });
});
