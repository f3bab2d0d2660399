import { fail } from '../errors/index.js';
import type { Location } from '../plugin-api/location.js';
import { interpolate, mentionedNames, type InterpolateOptions, type Variables } from './interpolate.js';

/**
 * Reads a dotenv file by Compose's rules: `export`, `KEY=value` and `KEY: value`, comments, single quotes as they are,
 * double quotes with escapes, both over several lines, ` #` begins a comment after an unquoted value, variables are put
 * into unquoted and double-quoted values. A bare `KEY` takes its value from `variables`, and is left out where it has none.
 * (The `dotenv` package cuts `a#b`, leaves `\"` and `\t`, drops lines that it does not understand, and forgets how a
 * value was quoted, without which variables cannot be put in.)
 * @param file as the user knows it, for errors.
 * @param variables known from outside; they win over the file's own where a value mentions them, as in Compose.
 * @throws StagecraftError `user`: SC1110 on a line that is no assignment, SC1111 on a cycle, and what `interpolate` throws.
 */
export function parseEnvFile(text: string, file: string, variables: Variables, options: EnvFileOptions = {}): Record<string, string> {
  return readEnvFile(text, file, variables, options).values;
}

export interface EnvFileOptions extends InterpolateOptions {
  /** Values of files that were read before: the file's own win over these. */
  readonly below?: Variables;
}

/** As `parseEnvFile`, with the place of each name. */
export function readEnvFile(text: string, file: string, variables: Variables, options: EnvFileOptions = {}): { readonly values: Record<string, string>; readonly locations: Record<string, Location> } {
  const statements = split(text, file);
  const outside = { ...options.below, ...variables };
  refuseCircles(statements, outside);
  const values = new Map<string, string>();
  // No prototype: a variable may be called `constructor`, or even `__proto__`.
  const known = Object.assign(Object.create(null) as Record<string, string>, outside);
  const locations = new Map<string, Location>();
  for (const { name, at, value, quote } of statements) {
    if (value === undefined) {
      if (Object.hasOwn(outside, name)) values.set(name, outside[name] as string);
      if (Object.hasOwn(outside, name)) locations.set(name, at);
      continue;
    }
    const result = quote === "'" ? value : interpolate(value, known, at, options);
    values.set(name, result);
    locations.set(name, at);
    if (!Object.hasOwn(variables, name)) known[name] = result;
  }
  return { values: Object.fromEntries(values), locations: Object.fromEntries(locations) };
}

interface Statement {
  readonly name: string;
  readonly at: Location;
  /** Absent: a bare name. */
  readonly value: string | undefined;
  readonly quote: string;
}

function split(source: string, file: string): readonly Statement[] {
  const text = source.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
  const statements: Statement[] = [];
  let line = 1;
  let position = 0;
  const end = (from: number): number => {
    const found = text.indexOf('\n', from);
    return found < 0 ? text.length : found;
  };
  while (position < text.length) {
    const stop = end(position);
    const written = text.slice(position, stop);
    const head = /^(\s*(?:export\s+)?)([^\s=:#]+)[^\S\n]*(?:([=:])[^\S\n]*)?/.exec(written);
    if (head === null) {
      if (written.trim() !== '' && !written.trim().startsWith('#')) throw wrongLine(written, { file, line, column: 1 });
      position = stop + 1;
      line += 1;
      continue;
    }
    const name = head[2] as string;
    const at = { file, line, column: (head[1] as string).length + 1 };
    if (!/^[\p{L}\p{N}_.-]+$/u.test(name)) throw wrongLine(written, at);
    const start = position + head[0].length;
    if (head[3] === undefined) {
      const rest = text.slice(start, stop).trim();
      if (rest !== '' && !rest.startsWith('#')) throw wrongLine(written, at);
      statements.push({ name, at, value: undefined, quote: '' });
      position = stop + 1;
      line += 1;
      continue;
    }
    const quote = text[start] ?? '';
    if (quote !== '"' && quote !== "'") {
      statements.push({ name, at, value: unquoted(text.slice(start, stop)), quote: '' });
      position = stop + 1;
      line += 1;
      continue;
    }
    const close = closingQuote(text, start, quote);
    if (close < 0) {
      throw fail({ code: 'SC1110', kind: 'user', message: `the value of \`${name}\` begins with ${quote} and never ends`, next: [`close it with ${quote}`], location: at });
    }
    const stopAfter = end(close);
    const trailing = text.slice(close + 1, stopAfter).trim();
    if (trailing !== '' && !trailing.startsWith('#')) {
      throw fail({ code: 'SC1110', kind: 'user', message: `after the closing ${quote} of \`${name}\` comes more text`, next: ['put the whole value between the quotes'], location: at });
    }
    const inner = text.slice(start + 1, close);
    statements.push({ name, at, value: quote === '"' ? unescape(inner) : inner.replaceAll("\\'", "'"), quote });
    line += text.slice(position, stopAfter).split('\n').length;
    position = stopAfter + 1;
  }
  return statements;
}

function unquoted(written: string): string {
  if (written.startsWith('#')) return '';
  const comment = /\s#/.exec(written);
  return (comment === null ? written : written.slice(0, comment.index)).trimEnd();
}

function closingQuote(text: string, start: number, quote: string): number {
  for (let index = start + 1; index < text.length; index += 1) {
    if (text[index] === '\\') index += 1;
    else if (text[index] === quote) return index;
  }
  return -1;
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', a: '\u0007', b: '\b', f: '\f', v: '\v', '"': '"', '\\': '\\', $: '$$' };

/** `\$` becomes `$$`: the step after this one puts variables in. */
function unescape(inner: string): string {
  return inner.replace(/\\([\s\S])/g, (whole, letter: string) => escapes[letter] ?? whole);
}

/**
 * `A=${B}` above `B=${A}` has no answer. Only a name's first line counts, since `P=${P}:/b` below `P=/a` is no circle, and
 * what the outside gives ends every chain. The walk keeps its own stack: a chain may be as long as the file.
 */
function refuseCircles(statements: readonly Statement[], variables: Variables): void {
  const first = new Map<string, Statement>();
  for (const statement of statements) if (!first.has(statement.name) && !Object.hasOwn(variables, statement.name)) first.set(statement.name, statement);
  const done = new Set<string>();
  for (const start of first.keys()) {
    const path: { readonly name: string; readonly rest: string[] }[] = [];
    const open = new Set<string>();
    const enter = (name: string): void => {
      open.add(name);
      path.push({ name, rest: [...needs(first.get(name) as Statement)] });
    };
    if (!done.has(start)) enter(start);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const name = top.rest.shift();
      if (name === undefined) {
        done.add(top.name);
        open.delete(top.name);
        path.pop();
      } else if (open.has(name)) {
        const names = path.map((step) => step.name);
        throw circle([...names.slice(names.indexOf(name)), name], (first.get(name) as Statement).at);
      } else if (first.has(name) && !done.has(name)) enter(name);
    }
  }
}

function circle(names: readonly string[], location: Location): Error {
  const round = names.map((name) => `\`${name}\``);
  return fail({ code: 'SC1111', kind: 'user', message: `variables go in a circle: ${round.join(' -> ')}`, next: [`give ${round[0]} a value that does not mention ${names.length === 2 ? 'itself' : round[1]}`], location });
}

/** Names that a value cannot do without: what stands in a form with a default does not make a circle. */
function needs(statement: Statement): readonly string[] {
  if (statement.value === undefined || statement.quote === "'") return [];
  return mentionedNames(statement.value.replace(/\$\{[A-Za-z_][A-Za-z0-9_]*:?[-+]/g, ''));
}

function wrongLine(written: string, at: Location): Error {
  const shown = written.trim().split(/[=\s]/)[0]?.slice(0, 24) || written.trim().slice(0, 1);
  // Only the name is shown: what follows it may be a secret.
  return fail({ code: 'SC1110', kind: 'user', message: `a line that begins with \`${shown}\` is no assignment`, next: ['write `NAME=value`, one a line; `#` begins a comment'], location: at });
}
