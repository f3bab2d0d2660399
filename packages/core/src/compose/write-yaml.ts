/**
 * Data as YAML that every reader takes for the same values, and that is the same on every machine: texts are double-quoted, keys stand as given.
 * A few lines of our own, so that a rendered file depends on no library's version.
 */
export function writeYaml(value: unknown): string {
  return isEmptyOrScalar(value) ? `${inline(value)}\n` : block(value, '');
}

function block(value: unknown, indent: string): string {
  if (Array.isArray(value)) {
    return value.map((item: unknown) => (isEmptyOrScalar(item) ? `${indent}- ${inline(item)}\n` : `${indent}- ${block(item, `${indent}  `).slice(indent.length + 2)}`)).join('');
  }
  return Object.entries(value as Readonly<Record<string, unknown>>).filter(([, item]) => item !== undefined).map(([key, item]) => (isEmptyOrScalar(item) ? `${indent}${name(key)}: ${inline(item)}\n` : `${indent}${name(key)}:\n${block(item, `${indent}  `)}`)).join('');
}

function isEmptyOrScalar(value: unknown): boolean {
  return typeof value !== 'object' || value === null || (Array.isArray(value) ? value : Object.keys(value)).length === 0;
}

function inline(value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? '[]' : '{}';
  return String(value ?? null);
}

/** A plain key where no reader could take it for a number (readers of YAML 1.1 take `E0` for one), a boolean or nothing. */
function name(key: string): string {
  return /^[A-Za-z_][A-Za-z0-9_.-]*$/.test(key) && !/^(?:y|n|yes|no|on|off|true|false|null|e-?[0-9]+)$/i.test(key) ? key : quoted(key);
}

/** JSON's escapes are YAML's; what YAML does not count as printable is escaped too. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(/[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
