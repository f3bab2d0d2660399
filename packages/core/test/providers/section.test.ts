import { describe, expect, it } from '@jest/globals';
import type { JsonSchema } from '../../src/plugin-api/descriptor.js';
import { validateSection } from '../../src/providers/section.js';
import type { ProxyProvider } from '../../src/plugin-api/proxy.js';
import { errorOf, line } from '../config/project.js';

const schema: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['email'],
  properties: {
    email: { type: 'string', minLength: 3 },
    level: { type: 'string', enum: ['INFO', 'DEBUG'], default: 'INFO' },
    slots: { type: 'integer', minimum: 1, default: 4 },
    inner: { type: 'object', additionalProperties: false, default: {}, properties: { on: { type: 'boolean', default: true } } },
  },
};
const loaded = (configSchema: JsonSchema): Parameters<typeof validateSection>[0] => ({
  entry: { kind: 'proxy', id: 'acme', package: '@acme/proxy', version: '1.0.0', module: '/x', api: '*', bundled: false },
  provider: { kind: 'proxy', id: 'acme', api: '0.1.0', configSchema } as unknown as ProxyProvider,
});
const path = ['proxy', 'providers', 'acme'];
const locate = (at: readonly (string | number)[]): { file: string; line: number; column: number } => ({ file: 'stagecraft.yml', line: at.length, column: 1 });

describe('CORE_BACKEND_PROVIDER_CONFIG_SCHEMA: validateSection', () => {
  it('fills in defaults and leaves the section itself alone', async () => {
    const section = { email: 'ops@example.com' };
    expect(await validateSection(loaded(schema), section, path, { locate })).toEqual({ config: { email: 'ops@example.com', level: 'INFO', slots: 4, inner: { on: true } }, findings: [] });
    expect(section).toEqual({ email: 'ops@example.com' });
  });

  it("names the path in the user's file, the place, and the nearest key", async () => {
    const { findings } = await validateSection(loaded(schema), { email: 'a', levle: 1, slots: 0, level: 'INF', inner: { strange: 1 } }, path, { locate });
    expect(findings.map(line)).toEqual([
      'stagecraft.yml:4:1 SC1021 unknown key `proxy.providers.acme.levle`: did you mean `level`?',
      'stagecraft.yml:4:1 SC1024 `proxy.providers.acme.email`: expected at least 3 characters, found "a"',
      'stagecraft.yml:4:1 SC1024 `proxy.providers.acme.level`: expected INFO or DEBUG, found "INF": did you mean `INFO`?',
      'stagecraft.yml:4:1 SC1024 `proxy.providers.acme.slots`: expected 1 or more, found 0',
      'stagecraft.yml:5:1 SC1021 unknown key `proxy.providers.acme.inner.strange`',
    ]);
  });

  it('tells of a missing key at the section', async () => {
    const { findings } = await validateSection(loaded(schema), {}, path, { locate });
    expect(findings.map(line)).toEqual(['stagecraft.yml:3:1 SC1023 `proxy.providers.acme.email` is missing: expected text']);
  });

  it('makes numbers of texts that variables gave, and shows none of them', async () => {
    const written = (at: readonly (string | number)[]): unknown => ({ slots: '${N}', level: '${L}' })[String(at.at(-1))];
    expect((await validateSection(loaded(schema), { email: 'abc', slots: '7' }, path, { locate, written })).config['slots']).toBe(7);
    expect((await validateSection(loaded(schema), { email: 'abc', level: 'hunter2' }, path, { locate, written })).findings.map(({ message }) => message)).toEqual(['`proxy.providers.acme.level`: expected INFO or DEBUG, found what "${L}" gives']);
  });

  it.each(['http://json-schema.org/draft-07/schema#', 'https://json-schema.org/draft/2020-12/schema'])('knows the dialect %s', async ($schema) => {
    expect((await validateSection(loaded({ ...schema, $schema }), {}, path, { locate })).findings).toHaveLength(1);
  });

  it('holds a schema that is none against the package, not the user', async () => {
    const error = await errorOf(validateSection(loaded({ type: 'objekt' }), {}, path, { locate }));
    expect([error.code, error.kind]).toEqual(['SC1206', 'external']);
    expect(error.message).toMatch(/^the proxy provider `acme` of @acme\/proxy@1\.0\.0 is wrong: `configSchema` is no JSON Schema: /);
  });
});
