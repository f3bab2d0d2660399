import { hash } from 'node:crypto';
import type { Run } from '../run.js';
import type { Shell } from '../shell.js';
import { unknown } from './refuse.js';

export function* echo(shell: Shell, argv: readonly string[]): Run {
  // What each sh makes of those is its own.
  if (argv.some((word) => word.includes('\\')) || argv[1] === '-n' || argv[1] === '-e') throw unknown(argv);
  yield* shell.print(`${argv.slice(1).join(' ')}\n`);
  return 0;
}

export function* printf(shell: Shell, argv: readonly string[]): Run {
  const [, format = '', ...given] = argv;
  let text = '';
  let next = 0;
  do {
    text += format.replace(/%.?|\\.?/gs, (found) => {
      if (found === '%s') return given[next++] ?? '';
      const plain = ({ '%%': '%', '\\n': '\n', '\\t': '\t', '\\\\': '\\' } as const)[found];
      if (plain === undefined) throw new Error(`the simulated printf does not know ${found}`);
      return plain;
    });
  } while (next < given.length && format.includes('%s'));
  yield* shell.print(text);
  return 0;
}

export function* sha256sum(shell: Shell, argv: readonly string[]): Run {
  if (argv.length > 1) throw unknown(argv);
  yield* shell.print(`${hash('sha256', shell.input())}  -\n`);
  return 0;
}

export function* base64(shell: Shell, argv: readonly string[]): Run {
  if (argv[1] !== '-d' || argv.length > 2) throw unknown(argv);
  const bytes = Buffer.from(shell.input(), 'base64');
  if (!Buffer.from(bytes.toString()).equals(bytes)) throw new Error('the simulated disk knows texts alone');
  yield* shell.print(bytes.toString());
  return 0;
}

export function* tr(shell: Shell, argv: readonly string[]): Run {
  const complement = argv[1] === '-c';
  const [set = '', to = '', ...more] = argv.slice(complement ? 2 : 1);
  if (more.length > 0 || [...to].length !== 1 || !/^(\\n|[^\\]|(\\\d{3}(-\\\d{3})?)+)$/.test(set)) throw unknown(argv);
  const known = new RegExp(`[${complement ? '^' : ''}${set.replace(/^[-^\]]$/, '\\$&').replace(/\\(\d{3})/g, (_, octal: string) => `\\x${parseInt(octal, 8).toString(16).padStart(2, '0')}`)}]`, 'g');
  const text = shell.input();
  // It works on bytes: of one character that is none of the set it makes several.
  yield* shell.print(complement ? Buffer.from(text).toString('latin1').replace(known, to) : text.replace(known, to));
  return 0;
}

export function* paste(shell: Shell, argv: readonly string[]): Run {
  if (argv.slice(1).join(' ') !== '-s -d , -') throw unknown(argv);
  yield* shell.print(`${shell.input().replace(/\n$/, '').split('\n').join(',')}\n`);
  return 0;
}

export function* cut(shell: Shell, argv: readonly string[]): Run {
  if (argv.slice(1).join(' ') !== '-d   -f 2') throw unknown(argv);
  yield* shell.print(linesOf(shell.input()).map((line) => `${line.split(' ')[1] ?? line}\n`).join(''));
  return 0;
}

export function* sort(shell: Shell, argv: readonly string[]): Run {
  if (argv.slice(1).join(' ') !== '-n') throw unknown(argv);
  const number = (line: string): number => parseFloat(/^\s*-?\d+(\.\d+)?/.exec(line)?.[0] ?? '0');
  yield* shell.print(linesOf(shell.input()).sort((a, b) => number(a) - number(b) || (a < b ? -1 : 1)).map((line) => `${line}\n`).join(''));
  return 0;
}

export function linesOf(text: string): string[] {
  return text === '' ? [] : (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n');
}
