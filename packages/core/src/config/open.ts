/** A text with a variable in it: only its environment knows what it will be. */
export function isOpen(value: unknown): boolean {
  return typeof value === 'string' && value.includes('$');
}

/** A text that a variable gave, as the number or truth value that its place wants. */
export function asScalar(text: string, types: readonly string[]): unknown {
  const plain = text.trim();
  if ((types.includes('integer') || types.includes('number')) && /^-?[0-9]{1,15}(?:\.[0-9]{1,15})?$/.test(plain)) return Number(plain);
  if (types.includes('boolean') && /^(?:true|false)$/.test(plain)) return plain === 'true';
  return text;
}
