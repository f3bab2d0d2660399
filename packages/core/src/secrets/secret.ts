import { mask } from '../io/redact.js';
import type { Secret } from '../plugin-api/secrets.js';

const brand = Symbol.for('stagecraft.secret');

/** Makes a secret. Its value is no member of it, so nothing that walks over an object can find it. */
export function createSecret(name: string, value: string): Secret {
  const hidden = (): string => mask;
  const secret = { name, reveal: () => value, toString: hidden, toJSON: hidden, [Symbol.toPrimitive]: hidden, [Symbol.for('nodejs.util.inspect.custom')]: hidden, [brand]: true };
  return Object.freeze(secret);
}

/** True for what `createSecret` made, in this copy of core or in another. */
export function isSecret(value: unknown): value is Secret {
  return typeof value === 'object' && value !== null && (value as { readonly [brand]?: unknown })[brand] === true;
}
