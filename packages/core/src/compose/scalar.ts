/**
 * What a plain (unquoted) YAML scalar means to Compose. Its Go library reads a mix of YAML 1.1 and 1.2: `0444` and `0o444` are octal,
 * `1_000` is a number, `yes` and `12:30` are text. Values that JSON numbers cannot hold exactly stay text.
 */
export function resolvePlain(source: string): null | boolean | number | string {
  if (nulls.has(source)) return null;
  const known = words.get(source);
  if (known !== undefined) return known;
  if (!/^[-+.0-9]/.test(source)) return source;
  const plain = source.replaceAll('_', '');
  const whole = integer(plain);
  if (whole !== undefined) return whole;
  if (float.test(plain)) {
    const number = Number(plain);
    // A large one without a fraction would be taken for a whole number, which is printed in another way.
    return Number.isInteger(number) && Math.abs(number) >= 1e6 ? floatText(number) : number;
  }
  return source;
}

/** A scalar as text, as Go prints it: `1.50` is `1.5`, `1234567.5` is `1.2345675e+06`, `true` is `true`. */
export function scalarText(value: boolean | number | string): string {
  return typeof value !== 'number' || Number.isInteger(value) ? String(value) : floatText(value);
}

function floatText(value: number): string {
  const exponential = value.toExponential();
  const exponent = Number(exponential.slice(exponential.indexOf('e') + 1));
  if (value === 0 || (exponent >= -4 && exponent < 6)) return String(value);
  // Go writes at least two digits of exponent.
  return exponential.replace(/e([-+])(\d)$/, 'e$10$2');
}

const nulls = new Set(['', '~', 'null', 'Null', 'NULL']);
const words = new Map<string, boolean | string>([
  ...['true', 'True', 'TRUE'].map((word) => [word, true] as const),
  ...['false', 'False', 'FALSE'].map((word) => [word, false] as const),
]);
const float = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;

function integer(plain: string): number | string | undefined {
  const match = /^([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[oO]?([0-7]+)|0[bB]([01]+)|(0|[1-9][0-9]*))$/.exec(plain);
  if (match === null) return undefined;
  const [, sign, hex, octal, binary, decimal] = match;
  const text = hex !== undefined ? `0x${hex}` : octal !== undefined ? `0o${octal}` : binary !== undefined ? `0b${binary}` : (decimal as string);
  const big = BigInt(text) * (sign === '-' ? -1n : 1n);
  if (big > 18_446_744_073_709_551_615n || big < -9_223_372_036_854_775_808n) return undefined;
  const number = Number(big);
  return Number.isSafeInteger(number) ? number : String(big);
}
