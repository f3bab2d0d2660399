import { Ajv, type ErrorObject } from 'ajv';

/** Makes a check of data by a schema: sentences, empty where it is right. */
export function schemaCheck(schema: object): (data: unknown) => readonly SchemaProblem[] {
  const check = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true }).compile(schema);
  return (data) => (check(data) ? [] : (check.errors ?? []).map(told));
}

export interface SchemaProblem {
  /** Path in the data, as in `['features', 3, 'status']`. */
  readonly path: readonly (string | number)[];
  readonly message: string;
}

function told(error: ErrorObject): SchemaProblem {
  const path = error.instancePath.split('/').slice(1).map((part) => (/^\d+$/.test(part) ? Number(part) : part.replaceAll('~1', '/').replaceAll('~0', '~')));
  const params = error.params as { additionalProperty?: string; allowedValues?: readonly string[] };
  const detail = params.additionalProperty ?? params.allowedValues?.join(', ');
  return { path, message: `${path.join('.') || 'it'} ${error.message ?? 'is wrong'}${detail ? `: ${detail}` : ''}` };
}
