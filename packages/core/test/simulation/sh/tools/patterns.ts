import type { Run } from '../run.js';
import type { Shell } from '../shell.js';
import { unknown } from './refuse.js';
import { linesOf } from './texts.js';

export function* grep(shell: Shell, argv: readonly string[]): Run {
  const [, first = '', ...rest] = argv;
  const flags = first.startsWith('-') ? first.slice(1) : '';
  const [pattern = '', path, ...more] = flags === '' ? [first, ...rest] : rest;
  if (more.length > 0 || /[^Fcqsx]/.test(flags)) throw unknown(argv);
  const text = path === undefined ? shell.input() : shell.around.disk.read(shell.path(path));
  if (text === undefined) return flags.includes('s') ? 2 : (yield* shell.complain(`grep: ${path}: No such file`)) * 2;
  const match = flags.includes('F') ? (line: string) => (flags.includes('x') ? line === pattern : line.includes(pattern)) : (line: string) => expression.test(line);
  if (!flags.includes('F') && (flags.includes('x') || /[*[\]^$\\]/.test(pattern))) throw unknown(argv);
  const expression = flags.includes('F') ? /./ : new RegExp(pattern.replace(/[+?(){}|]/g, '\\$&'));
  const found = linesOf(text).filter(match);
  if (flags.includes('c')) yield* shell.print(`${found.length}\n`);
  else if (!flags.includes('q')) yield* shell.print(found.map((line) => `${line}\n`).join(''));
  return Number(found.length === 0);
}

/** `$d` and substitutions. */
export function* sed(shell: Shell, argv: readonly string[]): Run {
  const words = argv.slice(1);
  if (words[0] === '$d') {
    if (words.length !== 2) throw unknown(argv);
    const text = shell.around.disk.read(shell.path(words[1] ?? ''));
    if (text === undefined) return (yield* shell.complain(`sed: ${words[1]}: No such file`)) * 2;
    yield* shell.print(linesOf(text).slice(0, -1).map((line) => `${line}\n`).join(''));
    return 0;
  }
  const rules: ((line: string) => string)[] = [];
  for (let index = 0; index < words.length; ) {
    const script = words[index] === '-e' ? (words[index + 1] ?? '') : index === 0 && words.length === 1 ? (words[0] ?? '') : '';
    const [, from = '', to = '', flags = ''] = /^s\/((?:[^/\\]|\\.)*)\/((?:[^/\\]|\\.)*)\/(g?)$/.exec(script) ?? [];
    if (from === '') throw unknown(argv);
    const pattern = new RegExp(basic(from), flags);
    const replacement = to.replace(/\$/g, '$$$$').replace(/\\(\d|&|\\)|&/g, (_, escaped: string | undefined) => (escaped === undefined ? '$&' : /\d/.test(escaped) ? `$${escaped}` : escaped));
    rules.push((line) => line.replace(pattern, replacement));
    index += 2;
  }
  const text = shell.input();
  const done = linesOf(text).map((line) => rules.reduce((now, rule) => rule(now), line)).join('\n');
  yield* shell.print(text.endsWith('\n') ? `${done}\n` : done);
  return 0;
}

/** A basic regular expression, in which brackets group when a backslash stands before them. */
function basic(source: string): string {
  return source.replace(/\\([()])|([+?(){}|])|\[([^\]]*)\]/g, (_, group: string | undefined, plain: string | undefined, set: string | undefined) => group ?? (plain ? `\\${plain}` : `[${(set ?? '').replaceAll('\\', '\\\\')}]`));
}
