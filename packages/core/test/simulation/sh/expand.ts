import { Exit, type Fd, type Stop } from './run.js';
import { escapeGlob, expression, globSource, hasGlob } from './glob.js';
import type { Shell } from './shell.js';
import { sum } from './sum.js';
import type { Part, Word } from './tree.js';

type Gives<T> = Generator<Stop, T, void>;

/** A piece of a word on its way to be one or several fields. */
interface Piece {
  readonly text: string;
  /** As it stands: neither split nor a pattern. */
  readonly quoted: boolean;
  /** Where there are blanks, fields end. */
  readonly split: boolean;
  /** A field ends before it, whatever it holds. */
  readonly breaks?: boolean;
}

/** The words of a command: expanded, split, with the names that patterns stand for, and with quotes taken off. */
export function* fields(shell: Shell, words: readonly Word[]): Gives<string[]> {
  const all: string[] = [];
  for (const word of words) {
    if (word.every((part) => part.kind === 'text' && part.quoted)) all.push(word.map((part) => (part.kind === 'text' ? part.text : '')).join(''));
    else all.push(...fieldsOf(shell, yield* pieces(shell, word, false)));
  }
  return all;
}

/** A word that is neither split nor a pattern. */
export function* textOf(shell: Shell, word: Word): Gives<string> {
  let text = '';
  for (const part of word) text += part.kind === 'text' ? part.text : yield* expand(shell, part);
  return text;
}

/** A word as a pattern. `first` and `last`: of what is cut off there; then the rest is the first group. */
export function* patternOf(shell: Shell, word: Word, place: 'whole' | 'first' | 'last', longest = false): Gives<RegExp> {
  let pattern = '';
  for (const part of word) {
    const text = part.kind === 'text' ? part.text : yield* expand(shell, part);
    pattern += part.quoted ? escapeGlob(text) : text;
  }
  const source = globSource(pattern, !longest && place === 'first');
  if (place === 'whole') return expression(`^${source}$`);
  return expression(place === 'first' ? `^${source}` : `^(.*${longest ? '?' : ''})${source}$`);
}

function* pieces(shell: Shell, word: Word, split: boolean): Gives<readonly Piece[]> {
  const all: Piece[] = [];
  for (const part of word) {
    if (part.kind === 'text') all.push({ text: part.text, quoted: part.quoted, split: split && !part.quoted });
    else if (part.kind === 'param' && part.name === '@' && part.op === '') {
      for (const [index, text] of shell.params.entries()) all.push({ text, quoted: part.quoted, split: !part.quoted, breaks: index > 0 });
    } else if (part.kind === 'param' && !part.quoted && ['-', ':-', '+', ':+'].includes(part.op)) {
      const value = shell.value(part.name);
      const given = value !== undefined && (value !== '' || !part.op.startsWith(':'));
      if (part.op.endsWith('+') ? given : !given) all.push(...(yield* pieces(shell, part.word, true)));
      else if (given && part.op.endsWith('-')) all.push({ text: value, quoted: false, split: true });
    } else all.push({ text: yield* expand(shell, part), quoted: part.quoted, split: !part.quoted });
  }
  return all;
}

/** A field that grows: its text, and the pattern that it is where nothing of it is quoted. */
interface Growing {
  readonly found: string[];
  text: string | undefined;
  pattern: string;
}

function fieldsOf(shell: Shell, all: readonly Piece[]): readonly string[] {
  const growing: Growing = { found: [], text: undefined, pattern: '' };
  const splits = splitting(shell);
  for (const { text, quoted, split, breaks } of all) {
    if (breaks) end(shell, growing);
    if (quoted) add(growing, text, escapeGlob(text));
    else if (split && splits) {
      for (const [index, piece] of text.split(/[ \t\n]+/).entries()) {
        if (index > 0) end(shell, growing);
        if (piece !== '') add(growing, piece, piece);
      }
    } else if (text !== '') add(growing, text, text);
  }
  end(shell, growing);
  return growing.found;
}

function add(growing: Growing, text: string, pattern: string): void {
  growing.text = (growing.text ?? '') + text;
  growing.pattern += pattern;
}

function end(shell: Shell, growing: Growing): void {
  if (growing.text !== undefined) growing.found.push(...named(shell, growing.text, growing.pattern));
  growing.text = undefined;
  growing.pattern = '';
}

/** Of what separates fields only what our scripts say is known: blanks, or nothing. */
export function splitting(shell: Shell): boolean {
  const ifs = shell.variables.get('IFS');
  if (ifs !== undefined && ifs !== '' && ifs !== ' \t\n') throw new Error(`the simulated sh does not know IFS=${JSON.stringify(ifs)}`);
  return ifs !== '';
}

/** The names that a pattern stands for; its text where there is none. */
function named(shell: Shell, text: string, pattern: string): readonly string[] {
  // `/proc/[0-9]*/stat` and the like: no process of the simulation shows there.
  if (!hasGlob(pattern) || pattern.startsWith('/proc')) return [text];
  const slash = pattern.lastIndexOf('/');
  if (hasGlob(pattern.slice(0, slash + 1))) throw new Error(`the simulated sh does not know ${pattern}`);
  const folder = text.slice(0, text.lastIndexOf('/') + 1);
  const name = expression(`^${globSource(pattern.slice(slash + 1), false)}$`);
  const found = shell.around.disk.list(shell.path(folder || '.')).filter((one) => !one.startsWith('.') && name.test(one));
  return found.length === 0 ? [text] : found.map((one) => `${folder}${one}`);
}

function* expand(shell: Shell, part: Exclude<Part, { kind: 'text' }>): Gives<string> {
  if (part.kind === 'command') {
    const inner = shell.forked();
    const out: Fd = { kind: 'out', text: '' };
    inner.put(1, out);
    shell.substituted = yield* inner.toEnd(part.body, false);
    return out.text.replace(/\n+$/, '');
  }
  if (part.kind === 'arithmetic') return String(sum(yield* textOf(shell, part.word), (name) => shell.variables.get(name) ?? '0'));
  const value = shell.value(part.name);
  const empty = value === undefined || (part.op.startsWith(':') && value === '');
  if (part.op === '-' || part.op === ':-') return empty ? yield* textOf(shell, part.word) : value;
  if (part.op === '+' || part.op === ':+') return empty ? '' : yield* textOf(shell, part.word);
  if (value === undefined && shell.nounset && !'@*'.includes(part.name)) {
    yield* shell.complain(`sh: ${part.name}: parameter not set`);
    throw new Exit(2);
  }
  const text = value ?? '';
  switch (part.op) {
    case '':
      return text;
    case 'length':
      // dash counts bytes, others characters.
      if (/[^\0-\x7f]/.test(text)) throw new Error(`the simulated sh does not know how long ${JSON.stringify(text)} is`);
      return String(text.length);
    case '#':
    case '##':
      return text.replace(yield* patternOf(shell, part.word, 'first', part.op === '##'), '');
    case '%':
    case '%%': {
      const found = (yield* patternOf(shell, part.word, 'last', part.op === '%%')).exec(text);
      return found ? (found[1] ?? '') : text;
    }
  }
}
