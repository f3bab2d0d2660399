import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { ErrorObject, ValidateFunction } from 'ajv';
import { ajvFor, keyOf, readyChecksSource, schemas } from '../../build/ready-checks.js';

/** The generated module, as the bundle has it. */
async function generated(): Promise<Readonly<Record<string, ValidateFunction>>> {
  const source = await readyChecksSource();
  const require = createRequire(import.meta.resolve('../../package.json'));
  return new Function('require', source.replace('export const readyChecks', 'const readyChecks').concat('\nreturn readyChecks;'))(require) as Readonly<Record<string, ValidateFunction>>;
}

const samples: readonly unknown[] = [
  { version: 1, project: { name: 'shop' }, environments: { prod: { hosts: ['deploy@203.0.113.10'] } } },
  { version: 1, project: { name: 'Shop', compos: 'x.yml' }, environments: {}, services: { api: { replicas: -1, rollout: { drain: 30 } } } },
  { version: 2, project: [], routes: [{ host: 'a', service: 'b', port: 'x' }], hooks: 1 },
  { image: 7, trusted_ips: ['nonsense'], unknown: true, build: { args: { A: [] } } },
  {},
  [],
  null,
  'text',
];

const plain = (errors: readonly ErrorObject[] | null | undefined): unknown => JSON.parse(JSON.stringify(errors ?? []));

describe('CLI_GLOBAL_FLAGS: a check that was compiled beforehand', () => {
  it.each(schemas.map((entry, at) => [at, entry] as const))('gives what one gives that is compiled now (schema %i)', async (_, { schema, options }) => {
    const ready = (await generated())[keyOf(schema, options)];
    const fresh = (await ajvFor(schema, options)).compile(schema as Record<string, unknown>);
    expect(ready).toBeDefined();
    for (const sample of samples) {
      const [a, b] = [structuredClone(sample), structuredClone(sample)];
      expect(ready?.(a)).toBe(fresh(b));
      expect(plain(ready?.errors)).toEqual(plain(fresh.errors));
      // Defaults are filled in.
      expect(a).toEqual(b);
    }
  });

  it('is told apart by schema and options', () => {
    expect(new Set([keyOf({}, {}), keyOf({}, { defaults: true }), keyOf({}, { trusted: true }), keyOf({ type: 'object' }, {})]).size).toBe(4);
  });
});

it('loads nothing until it is asked for', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'stagecraft-ready-'));
  try {
    await writeFile(join(folder, 'ready.mjs'), `const require = () => { throw new Error('loaded too early'); };\n${await readyChecksSource()}`);
    const { readyChecks } = (await import(join(folder, 'ready.mjs'))) as { readyChecks: object };
    expect(Object.keys(readyChecks)).toHaveLength(schemas.length);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
