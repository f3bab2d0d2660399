import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { generated, keys } from '../../../../spec/config/generate.js';
import { isMap } from '../../src/config/path.js';
import { readConfigFile } from '../../src/config/read.js';
import { configSchema } from '../../src/config/schema.js';
import type { ConfigFile } from '../../src/config/types.js';
import { resolveSettings } from '../../src/environment/resolve.js';
import type { ProviderEntry } from '../../src/providers/types.js';
import { inProject } from './project.js';

const example = readFileSync(new URL('../../../../spec/config/stagecraft.example.yml', import.meta.url), 'utf8');
const entry = (kind: ProviderEntry['kind'], id: string): ProviderEntry => ({ kind, id, package: id, version: '1.0.0', module: '/none', api: '*', bundled: true });
const providers = [entry('backend', 'generic'), entry('proxy', 'traefik'), entry('secrets', 'envfile')];

const read = (): Promise<ConfigFile> => inProject({ 'stagecraft.yml': example }, ({ folder, files }) => readConfigFile({ files, path: 'stagecraft.yml', folder, providers }));

it('what is generated from the schema is what is there', () => {
  expect(generated().filter(({ wanted, found }) => wanted !== found).map(({ path }) => `${path} is stale: node --import tsx --conditions=stagecraft-source spec/config/generate.ts --write`)).toEqual([]);
});

describe('CORE_CONFIG: the example', () => {
  it.each(['dev', 'prod', 'staging'])('is right, and resolves for %s without a warning', async (environment) => {
    const settings = await inProject({ 'stagecraft.yml': example, '.env.prod': 'A=1\n' }, async ({ folder, files }) =>
      resolveSettings({ config: await readConfigFile({ files, path: 'stagecraft.yml', folder, providers }), environment, files, processEnv: {}, composeTexts: [], providers }),
    );
    expect([settings.environment, settings.findings, settings.services['api']?.replicas]).toEqual([environment, [], environment === 'dev' ? 1 : 2]);
  });

  it('has every key of the schema', async () => {
    const { data } = await read();
    const used = new Set(shapes(data, '', configSchema));
    // It excludes `backend`, so it stands there as a comment.
    expect(example).toMatch(/^# backends:$/m);
    const missing = [...keys(configSchema, '')].map(({ path }) => path).filter((path) => !path.startsWith('backends') && !used.has(path));
    expect(missing).toEqual([]);
  });

  it('has no key that the schema lacks', async () => {
    const { data } = await read();
    const known = new Set([...keys(configSchema, '')].map(({ path }) => path));
    const environment = /^environments\.<name>\.(?=(?:services|routes|rollout|proxy|secrets)\b)/;
    expect(shapes(data, '', configSchema).filter((path) => !known.has(path.replace(environment, '')))).toEqual([]);
  });
});

/** Paths of the keys in data, names of maps as `<name>`; what a provider's schema describes is left out. */
function shapes(value: unknown, at: string, schema: Readonly<Record<string, unknown>>): string[] {
  if (Array.isArray(value)) return isMap(schema['items']) ? value.flatMap((item) => shapes(item, `${at}[]`, schema['items'] as Record<string, unknown>)) : [];
  if (!isMap(value) || at.endsWith('.providers')) return [];
  const properties = isMap(schema['properties']) ? schema['properties'] : {};
  return Object.entries(value).flatMap(([name, item]) => {
    const own = properties[name];
    if (isMap(own)) return [at === '' ? name : `${at}.${name}`, ...shapes(item, at === '' ? name : `${at}.${name}`, own)];
    const any = schema['additionalProperties'];
    // Variables of `env` have names of their own, and no keys below.
    if (isMap(any)) return shapes(item, `${at}.<name>`, any);
    return [`${at}.${name}`];
  });
}
