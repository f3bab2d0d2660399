import type { Run } from '../run.js';
import type { Shell } from '../shell.js';
import { unknown } from './refuse.js';

/** `test` and `[`. */
export function* test(shell: Shell, argv: readonly string[]): Run {
  const words = argv[0] === '[' ? argv.slice(1, -1) : argv.slice(1);
  if (argv[0] === '[' && argv.at(-1) !== ']') throw unknown(argv);
  const holds = answer(shell, words);
  if (holds === undefined) return (yield* shell.complain(`${argv[0]}: no number in ${words.join(' ')}`)) * 2;
  return holds ? 0 : 1;
}

/** What POSIX says of so many words. Undefined: what should be a number is none. */
function answer(shell: Shell, words: readonly string[]): boolean | undefined {
  const [first = '', second = '', third = ''] = words;
  switch (words.length) {
    case 0:
      return false;
    case 1:
      return first !== '';
    case 2:
      return first === '!' ? second === '' : unary(shell, first, second);
    case 3:
      if (second in binary) return binary[second]?.(first, third);
  }
  const rest = first === '!' ? answer(shell, words.slice(1)) : undefined;
  if (first !== '!' || words.length > 4) throw unknown(['test', ...words]);
  return rest === undefined ? undefined : !rest;
}

function unary(shell: Shell, op: string, word: string): boolean {
  const node = shell.around.disk.find(shell.path(word));
  switch (op) {
    case '-z':
      return word === '';
    case '-n':
      return word !== '';
    case '-e':
      return node !== undefined;
    case '-f':
      return node?.folder === false;
    case '-d':
      return node?.folder === true;
    case '-s':
      return node !== undefined && (node.folder || node.text !== '');
    // Everything is ours, and nothing is a link or a group's.
    case '-O':
    case '-w':
      return node !== undefined;
    case '-L':
    case '-g':
      return false;
    default:
      throw unknown(['test', op, word]);
  }
}

const binary: Readonly<Record<string, (a: string, b: string) => boolean | undefined>> = {
  '=': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '-eq': compare((a, b) => a === b),
  '-ne': compare((a, b) => a !== b),
  '-lt': compare((a, b) => a < b),
  '-le': compare((a, b) => a <= b),
  '-gt': compare((a, b) => a > b),
  '-ge': compare((a, b) => a >= b),
};

function compare(by: (a: number, b: number) => boolean): (a: string, b: string) => boolean | undefined {
  return (a, b) => ([a, b].every((word) => /^\s*[-+]?\d+\s*$/.test(word)) ? by(Number(a), Number(b)) : undefined);
}
