/** Longer files are more than a secret, and to look for each of their lines in all output would cost more than it hides. */
const longest = 8 * 1024;

/** The text of a file that is a secret, as far as it can be looked for in output: one of tens of lines, such as a key, can; none: it cannot. */
export function secretText(content: Uint8Array): readonly string[] {
  if (content.length > longest || content.includes(0)) return [];
  const text = Buffer.from(content).toString('utf8').trim();
  return text === '' ? [] : [text];
}
