/**
 * What is made from the config's schema in core: `spec/config/stagecraft.schema.json`, and the reference in `docs/config.md`.
 *
 *   node --import tsx --conditions=stagecraft-source spec/config/generate.ts [--write]
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { configSchema } from '../../packages/core/src/config/schema.js';
import { settable, variableOf } from '../../packages/core/src/environment/effective.js';

type Schema = Readonly<Record<string, unknown>>;

const root = new URL('../../', import.meta.url);
const [begin, end] = ['<!-- generated: reference -->', '<!-- /generated -->'];

/** Each generated file, by path from the root: as it is to be, and as it is. */
export function generated(): readonly { readonly path: string; readonly wanted: string; readonly found: string }[] {
  const found = (path: string): string => readFileSync(new URL(path, root), 'utf8');
  const page = found('docs/config.md');
  const [before] = page.split(begin) as [string];
  const after = page.split(end)[1] ?? '';
  return [
    { path: 'spec/config/stagecraft.schema.json', wanted: `${JSON.stringify(configSchema, null, 2)}\n`, found: found('spec/config/stagecraft.schema.json') },
    { path: 'docs/config.md', wanted: `${before}${begin}\n${reference()}${end}${after}`, found: page },
  ];
}

function reference(): string {
  const rows = [...keys(configSchema, '')].map(({ path, schema }) => `| \`${path}\` | ${cell(expected(schema))} | ${'default' in schema ? `\`${String(schema['default'])}\`` : ''} | ${cell(String(schema['description'] ?? ''))} |`);
  const variables = settable.map((path) => `| \`${path}\` | \`${variableOf(path)}\` |`);
  return ['| Key | Value | Default | Meaning |', '|---|---|---|---|', ...rows, '', 'These can be set by a variable as well:', '', '| Setting | Variable |', '|---|---|', ...variables, ''].join('\n');
}

/** Every key of the schema, with what stands behind it; sections that an environment lays over the top level are not told twice. */
export function* keys(schema: Schema, at: string): Iterable<{ readonly path: string; readonly schema: Schema }> {
  for (const [name, property] of Object.entries((schema['properties'] ?? {}) as Record<string, Schema>)) {
    const path = at === '' ? name : `${at}.${name}`;
    yield { path, schema: property };
    if (at === 'environments.<name>' && ['services', 'routes', 'rollout', 'proxy', 'secrets'].includes(name)) continue;
    yield* below(property, path);
  }
}

function* below(schema: Schema, path: string): Iterable<{ readonly path: string; readonly schema: Schema }> {
  yield* keys(schema, path);
  const value = schema['additionalProperties'];
  if (typeof value === 'object' && value !== null) yield* below(value as Schema, `${path}.<name>`);
  const items = schema['items'];
  if (typeof items === 'object' && items !== null) yield* below(items as Schema, `${path}[]`);
}

const words: Readonly<Record<string, string>> = { object: 'a map', array: 'a list', string: 'text', integer: 'a whole number', number: 'a number', boolean: 'true or false' };

function expected(schema: Schema): string {
  if ('const' in schema) return `\`${String(schema['const'])}\``;
  if (Array.isArray(schema['enum'])) return schema['enum'].map((value) => `\`${String(value)}\``).join(' or ');
  if (typeof schema['x-expected'] === 'string') return schema['x-expected'];
  return [schema['type'] ?? []].flat().filter((type) => type !== 'null').map((type) => words[String(type)] ?? String(type)).join(' or ');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const stale = generated().filter(({ wanted, found }) => wanted !== found);
  const write = process.argv.includes('--write');
  for (const { path, wanted } of stale) {
    if (write) writeFileSync(new URL(path, root), wanted);
    process.stdout.write(`${path} ${write ? 'written' : 'is stale: run this with --write'}\n`);
  }
  if (!write && stale.length > 0) process.exitCode = 1;
}
