/** A text with a variable in it: only its environment knows what it will be. */
export function isOpen(value: unknown): boolean {
  return typeof value === 'string' && value.includes('$');
}
