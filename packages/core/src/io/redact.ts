/** What stands in the place of a secret. */
export const mask = '***';

/** Shorter values would mask ordinary words. */
const shortest = 4;

/** Masks secrets wherever text leaves the program. */
export interface Redactor {
  /** From now on these values are masked: raw, base64 (at any offset in a longer text), hex, URL-, JSON- and shell-encoded, and each line of a long one. */
  add(values: readonly string[]): void;
  /** The text with every known value masked. */
  redact(text: string): string;
  /** The same data with every string in it masked, keys and numbers too. Serialise after this: masking JSON text could break it. */
  redactData<Data>(data: Data): Data;
  /** For text that comes in pieces: a value that is split over two of them is masked all the same. */
  stream(): RedactingStream;
}

export interface RedactingStream {
  /** What may be shown so far. */
  write(chunk: string): string;
  /** The rest. */
  end(): string;
}

/** Makes a redactor that knows no value yet. */
export function createRedactor(): Redactor {
  const forms = new Set<string>();
  let matcher: Matcher | undefined;
  const current = (): Matcher => (matcher ??= createMatcher([...forms]));
  const redact = (text: string): string => (forms.size === 0 ? text : current().scan(text, true).shown);
  return {
    add(values) {
      for (const value of values) for (const form of formsOf(value)) forms.add(form);
      matcher = undefined;
    },
    redact,
    redactData: <Data>(data: Data): Data => (forms.size === 0 ? data : (redactStrings(data, redact) as Data)),
    stream() {
      let held = '';
      const push = (chunk: string, last: boolean): string => {
        if (forms.size === 0) return chunk;
        const { shown, rest } = current().scan(held + chunk, last);
        held = rest;
        return shown;
      };
      return { write: (chunk) => push(chunk, false), end: () => push('', true) };
    },
  };
}

interface Matcher {
  /** Masks from the left, the longest form first; unless `last`, what may be the begin of a form is held back as `rest`. */
  scan(text: string, last: boolean): { shown: string; rest: string };
}

function createMatcher(forms: readonly string[]): Matcher {
  const sorted = [...forms].sort((a, b) => b.length - a.length);
  const longest = sorted[0]?.length ?? 0;
  const pattern = new RegExp(sorted.map((form) => form.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')).join('|'), 'g');
  const mayBegin = (text: string, at: number): boolean => sorted.some((form) => form.length > text.length - at && form.startsWith(text.slice(at)));
  const tailFrom = (text: string, from: number): number => {
    for (let at = Math.max(from, text.length - longest + 1); at < text.length; at++) if (mayBegin(text, at)) return at;
    return text.length;
  };
  return {
    scan(text, last) {
      let shown = '';
      let at = 0;
      for (;;) {
        pattern.lastIndex = at;
        const match = pattern.exec(text);
        const tail = last ? text.length : tailFrom(text, at);
        if (match === null || match.index >= tail) return { shown: shown + text.slice(at, tail), rest: text.slice(tail) };
        shown += text.slice(at, match.index) + mask;
        at = match.index + match[0].length;
      }
    },
  };
}

function formsOf(value: string): string[] {
  const lines = value.split(/\r?\n/);
  const parts = lines.length > 1 ? [value, ...lines.map((line) => line.trim()).filter((line) => line.length >= 2 * shortest)] : [value];
  return parts.filter((part) => part.length >= shortest).flatMap((part) => [part, ...encodingsOf(part)]);
}

function encodingsOf(value: string): string[] {
  const json = JSON.stringify(value).slice(1, -1);
  const url = encodeURIComponent(value.replace(/\p{Surrogate}/gu, '\uFFFD'));
  const texts = [
    json,
    JSON.stringify(json).slice(1, -1),
    url,
    url.replaceAll('%20', '+'),
    url.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    value.replaceAll('$', '$$$$'),
    value.replaceAll("'", `'\\''`),
  ];
  const hex = Buffer.from(value).toString('hex');
  // Few digits would mask ordinary numbers.
  const hexes = hex.length >= 4 * shortest ? [hex, hex.toUpperCase()] : [];
  return [...texts, ...hexes, ...base64Of(value)].filter((form) => form.length >= shortest);
}

/** Base64 of the value by itself, and the characters that it always gives inside a longer text, whatever stands around it. */
function base64Of(value: string): string[] {
  const bytes = Buffer.from(value);
  const inner = [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64').replaceAll('=', '');
    // Characters that share bits with the neighbours: at the begin those of the offset, at the end the last one of an open group.
    const begin = offset === 0 ? 0 : offset + 1;
    const end = (offset + bytes.length) % 3 === 0 ? text.length : text.length - 1;
    return text.slice(begin, end);
  });
  // Few characters would mask ordinary text.
  const standard = [bytes.toString('base64'), ...inner.filter((text) => text.length >= 2 * shortest)];
  return standard.flatMap((text) => [text, text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')]);
}

function redactStrings(data: unknown, redact: (text: string) => string): unknown {
  if (typeof data === 'string') return redact(data);
  if (typeof data === 'number') return redact(String(data)) === String(data) ? data : mask;
  if (Array.isArray(data)) return data.map((entry) => redactStrings(entry, redact));
  if (typeof data !== 'object' || data === null) return data;
  return Object.fromEntries(Object.entries(data).map(([key, entry]) => [redact(key), redactStrings(entry, redact)]));
}
