/** A piece of a text that was made with secrets: written text, or the name of a secret. */
export type Part = string | { readonly secret: string };

/**
 * What stands in the place of a secret while Compose files are read. So Compose, its messages and everything made of the model never have a value, it is
 * known for every variable of a container which secrets it is made of, and a secret in a wrong place is found wherever it got to.
 */
export function markerOf(name: string): string {
  return `{{stagecraft-secret ${name}}}`;
}

const pattern = /\{\{stagecraft-secret ([A-Za-z_][A-Za-z0-9_]*)\}\}/g;

/** Names of the secrets in a text, sorted. */
export function secretsIn(text: string): readonly string[] {
  return [...new Set([...text.matchAll(pattern)].map((match) => match[1] as string))].sort();
}

/** A text in its pieces. */
export function partsOf(text: string): readonly Part[] {
  const parts: Part[] = [];
  let at = 0;
  for (const match of text.matchAll(pattern)) {
    if (match.index > at) parts.push(text.slice(at, match.index));
    parts.push({ secret: match[1] as string });
    at = match.index + match[0].length;
  }
  if (at < text.length || parts.length === 0) parts.push(text.slice(at));
  return parts;
}

/** The text of pieces. A secret without a value is empty. */
export function textOfParts(parts: readonly Part[], values: Readonly<Record<string, string>>): string {
  return parts.map((part) => (typeof part === 'string' ? part : Object.hasOwn(values, part.secret) ? values[part.secret] : '')).join('');
}

/** A text with the values in it. */
export function fillIn(text: string, values: Readonly<Record<string, string>>): string {
  return text.includes('{{stagecraft-secret ') ? textOfParts(partsOf(text), values) : text;
}
