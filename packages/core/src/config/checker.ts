import { createHash } from 'node:crypto';
import type { Ajv, Options, ValidateFunction } from 'ajv';
import type { JsonSchema } from '../plugin-api/descriptor.js';
import { readyChecks } from './ready-checks.js';

export interface CompileOptions {
  /** Fills defaults into the data. */
  readonly defaults?: boolean;
  /** A schema of our own: what is strange in it is an error. */
  readonly trusted?: boolean;
}

/** The check of a schema: one that is ready, else compiled now. @throws what `ajv` throws on a schema that is none. */
export async function checkerOf(schema: JsonSchema, options: CompileOptions): Promise<ValidateFunction> {
  return readyChecks[keyOf(schema, options)] ?? (await ajvFor(schema, options)).compile(schema as Record<string, unknown>);
}

/** `ajv` as a schema wants it: its dialect, our options. `more` is for who compiles beforehand. */
export async function ajvFor(schema: JsonSchema, options: CompileOptions, more: Options = {}): Promise<Ajv> {
  const { Ajv, Ajv2019, Ajv2020 } = await import('./ajv.js');
  const dialect = String(schema['$schema'] ?? '');
  const Dialect = dialect.includes('2020-12') ? Ajv2020 : dialect.includes('2019-09') ? Ajv2019 : Ajv;
  const ajv = new Dialect({ allErrors: true, verbose: true, strict: options.trusted === true, allowUnionTypes: true, useDefaults: options.defaults === true, allowMatchingProperties: true, logger: false, validateFormats: false, ...more });
  if (options.trusted === true) ajv.addVocabulary(['x-expected']);
  return ajv;
}

/** Tells a check: the same schema with the same options gives the same. */
export function keyOf(schema: JsonSchema, { defaults = false, trusted = false }: CompileOptions): string {
  return createHash('sha256').update(JSON.stringify([defaults, trusted, schema])).digest('hex');
}
