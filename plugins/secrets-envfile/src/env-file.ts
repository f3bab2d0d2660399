/** One piece of an env file: an assignment, or text that is none (comments, empty lines). The texts of all pieces, in order, are the file. */
export type Piece = { readonly text: string } | Assignment;

interface Assignment {
  readonly text: string;
  readonly name: string;
  /** As it is read, quotes taken off. Variables are not put in: a dollar of a secret is a dollar. */
  readonly value: string;
  /** `export ` and indentation before the name. */
  readonly before: string;
  /** What stands behind the value on its last line, a comment above all. */
  readonly after: string;
}

/** A line that is neither an assignment nor a comment. Its text is not told: it may be part of a secret. */
export interface WrongLine {
  readonly line: number;
  readonly why: string;
}

/**
 * Takes an env file apart, as Compose and dotenv read it: `export`, `NAME=value`, comments, single quotes as they are, double quotes with escapes,
 * both over several lines; ` #` begins a comment behind a value without quotes. The last assignment of a name wins.
 */
export function parse(source: string): { readonly pieces: readonly Piece[]; readonly wrong: readonly WrongLine[] } {
  const pieces: Piece[] = [];
  const wrong: WrongLine[] = [];
  let at = 0;
  let line = 1;
  while (at < source.length) {
    const end = endOfLine(source, at);
    const taken = assignmentAt(source, at, end);
    if (typeof taken === 'string') wrong.push({ line, why: taken });
    const piece: Piece = typeof taken === 'object' ? taken : { text: source.slice(at, end) };
    pieces.push(piece);
    line += piece.text.split('\n').length - 1;
    at += piece.text.length;
  }
  return { pieces, wrong };
}

/** Values by name. */
export function valuesOf(pieces: readonly Piece[]): ReadonlyMap<string, string> {
  return new Map(pieces.flatMap((piece): [string, string][] => ('name' in piece ? [[piece.name, piece.value]] : [])));
}

/** The file with these values: each in the line that has its name, or behind the last line. Every other byte stays. */
export function withValues(source: string, values: ReadonlyMap<string, string>): string {
  const { pieces } = parse(source);
  const newline = source.includes('\r\n') ? '\r\n' : '\n';
  const last = new Map(pieces.map((piece, index) => ['name' in piece ? piece.name : '', index]));
  const kept = pieces.map((piece, index) => {
    const value = 'name' in piece && last.get(piece.name) === index ? values.get(piece.name) : undefined;
    return value === undefined || !('name' in piece) || value === piece.value ? piece.text : `${piece.before}${piece.name}=${quoted(value)}${piece.after}`;
  });
  const added = [...values].filter(([name]) => !last.has(name)).sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => `${name}=${quoted(value)}${newline}`);
  const text = kept.join('');
  return `${text}${text === '' || text.endsWith('\n') || added.length === 0 ? '' : newline}${added.join('')}`;
}

/** A value as every reader of env files gives it back: bare where nothing in it means anything, in single quotes where it can be, else with escapes. */
export function quoted(value: string): string {
  if (/^[A-Za-z0-9_./:@%+=,-]+$/.test(value)) return value;
  if (!/['\r\n\\]/.test(value)) return `'${value}'`;
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('$', '\\$').replaceAll('\n', '\\n').replaceAll('\r', '\\r')}"`;
}

/** The assignment that begins here, undefined for a comment or an empty line, or what is wrong with it. */
function assignmentAt(source: string, at: number, end: number): Assignment | string | undefined {
  const line = source.slice(at, end);
  if (/^\uFEFF?\s*(?:#.*)?\s*$/.test(line)) return undefined;
  const head = /^(\uFEFF?[^\S\n]*(?:export[^\S\n]+)?)([A-Za-z_][A-Za-z0-9_]*)[^\S\n]*=[^\S\n]*/.exec(line);
  if (head === null) return 'is no assignment';
  const [whole, before = '', name = ''] = head;
  const start = at + whole.length;
  const quote = source[start] ?? '';
  if (quote !== '"' && quote !== "'") {
    const rest = source.slice(start, end);
    const comment = rest.startsWith('#') ? 0 : rest.search(/\s#/);
    const value = (comment < 0 ? rest : rest.slice(0, comment)).trimEnd();
    return { text: line, name, value, before, after: rest.slice(value.length) };
  }
  const close = closingQuote(source, start, quote);
  if (close < 0) return `begins a value with ${quote} that never ends`;
  const stop = endOfLine(source, close);
  const after = source.slice(close + 1, stop);
  if (!/^\s*(?:#.*)?\s*$/.test(after)) return `has more text behind the closing ${quote}`;
  const inner = source.slice(start + 1, close).replaceAll('\r\n', '\n');
  return { text: source.slice(at, stop), name, value: quote === '"' ? unescaped(inner) : inner.replaceAll("\\'", "'"), before, after };
}

/** Behind the newline. */
function endOfLine(source: string, from: number): number {
  const found = source.indexOf('\n', from);
  return found < 0 ? source.length : found + 1;
}

function closingQuote(source: string, start: number, quote: string): number {
  for (let index = start + 1; index < source.length; index += 1) {
    if (source[index] === '\\') index += 1;
    else if (source[index] === quote) return index;
  }
  return -1;
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\', $: '$' };

function unescaped(inner: string): string {
  return inner.replace(/\\([\s\S])/g, (whole, letter: string) => escapes[letter] ?? whole);
}
