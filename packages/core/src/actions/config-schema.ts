import { configSchema as schema } from '../config/schema.js';
import type { JsonSchema } from '../plugin-api/descriptor.js';

/** The JSON Schema (draft-07) of `stagecraft.yml`, for editors. */
export function configSchema(): JsonSchema {
  return schema;
}
