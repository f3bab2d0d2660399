import { randomBytes } from 'node:crypto';

/** A value that can be nowhere by chance, with everything in it that encodings change. */
export interface Canary {
  /** Where it comes from. */
  readonly source: string;
  readonly value: string;
  /** Texts that give it away: in each encoding whole, and each half of what is random in it, as where a chunk ends. */
  readonly forms: readonly string[];
}

export function canary(source: string): Canary {
  const random = randomBytes(16).toString('hex');
  const value = `cnry-${random.slice(0, 16)} "&/+%${random.slice(16)}`;
  return { source, value, forms: [...new Set([...encoded(value), random.slice(0, 16), random.slice(16)])] };
}

/** Raw, JSON, URL, hex and, wherever it stands in a longer text, base64. */
function encoded(value: string): readonly string[] {
  const bytes = Buffer.from(value);
  const json = JSON.stringify(value).slice(1, -1);
  const url = encodeURIComponent(value);
  const base64 = [0, 1, 2].flatMap((offset) => {
    // Without the characters that share bits with what stands around it.
    const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64').replaceAll('=', '');
    const inner = text.slice(offset === 0 ? 0 : offset + 1, text.length - 2);
    return [inner.slice(0, 20), inner.slice(-20)].flatMap((part) => [part, part.replaceAll('+', '-').replaceAll('/', '_')]);
  });
  const hex = bytes.toString('hex');
  return [value, json, JSON.stringify(json).slice(1, -1), url, url.toLowerCase(), url.replaceAll('%20', '+'), hex, hex.toUpperCase(), ...base64];
}
