import type { JsonSchema } from '../../../src/plugin-api/index.js';

/** The section of a provider that a config does not have: the defaults of its schema. */
export function defaultsOf(schema: JsonSchema): Readonly<Record<string, unknown>> {
  const properties = schema['properties'] as Record<string, { readonly default?: unknown }>;
  return Object.fromEntries(Object.entries(properties).flatMap(([name, property]) => (property.default === undefined ? [] : [[name, property.default]])));
}
