import { basename as baseOf, dirname } from 'node:path/posix';
import { globSource } from '../glob.js';
import type { Run } from '../run.js';
import type { Shell } from '../shell.js';
import { unknown } from './refuse.js';

export function* cat(shell: Shell, argv: readonly string[]): Run {
  const paths = argv.slice(1).filter((word) => word !== '--');
  if (paths.some((path) => path.startsWith('-'))) throw unknown(argv);
  if (paths.length === 0) yield* shell.print(shell.input());
  const out = shell.fds.get(1);
  let code = 0;
  for (const path of paths) {
    const node = shell.around.disk.find(shell.path(path));
    const text = shell.around.disk.read(shell.path(path));
    if (text === undefined) code = yield* shell.complain(`cat: ${path}: No such file`);
    else if (out?.kind === 'file' && out.file.node === node && text !== '') code = yield* shell.complain(`cat: ${path}: input file is output file`);
    else yield* shell.print(text);
  }
  return code;
}

export function* wc(shell: Shell, argv: readonly string[]): Run {
  if (argv.length !== 2) throw unknown(argv);
  const text = shell.input();
  if (argv[1] === '-c') yield* shell.print(`${Buffer.byteLength(text)}\n`);
  else if (argv[1] === '-l') yield* shell.print(`${text.split('\n').length - 1}\n`);
  else throw unknown(argv);
  return 0;
}

export function* head(shell: Shell, argv: readonly string[]): Run {
  if (argv[1] !== '-c' || argv.length !== 3) throw unknown(argv);
  yield* shell.print(shell.readFd(0, Number(argv[2])));
  return 0;
}

export function* tail(shell: Shell, argv: readonly string[]): Run {
  const [, flag = '', count = '', path, ...more] = argv;
  if (more.length > 0) throw unknown(argv);
  const text = path === undefined ? shell.input() : shell.around.disk.read(shell.path(path));
  if (text === undefined) return yield* shell.complain(`tail: ${path}: No such file`);
  if (flag === '-n' && /^[1-9]\d*$/.test(count)) {
    const lines = text.split('\n');
    const whole = lines.at(-1) === '' ? lines.slice(0, -1) : lines;
    const kept = whole.slice(-Number(count)).join('\n');
    yield* shell.print(text === '' ? '' : text.endsWith('\n') ? `${kept}\n` : kept);
  } else if (flag === '-c' && /^\+[1-9]\d*$/.test(count)) yield* shell.print(Buffer.from(text).subarray(Number(count) - 1).toString());
  else if (flag === '-c' && /^[1-9]\d*$/.test(count)) yield* shell.print(Buffer.from(text).subarray(-Number(count)).toString());
  else throw unknown(argv);
  return 0;
}

export function* ls(shell: Shell, argv: readonly string[]): Run {
  const [, given = '.', ...more] = argv;
  if (given.startsWith('-') || more.length > 0) throw unknown(argv);
  const { disk } = shell.around;
  const node = disk.find(shell.path(given));
  if (!node) return (yield* shell.complain(`ls: ${given}: No such file`)) * 2;
  const names = node.folder ? disk.list(shell.path(given)).filter((name) => !name.startsWith('.')) : [given];
  yield* shell.print(names.map((name) => `${name}\n`).join(''));
  return 0;
}

/** `basename` and `dirname`. */
export function* basename(shell: Shell, argv: readonly string[]): Run {
  if (argv.length !== 2) throw unknown(argv);
  yield* shell.print(`${argv[0] === 'dirname' ? dirname(argv[1] ?? '') : baseOf(argv[1] ?? '')}\n`);
  return 0;
}

export function* find(shell: Shell, argv: readonly string[]): Run {
  const at = argv.indexOf('-exec');
  const depth = (flag: string, otherwise: number): number => (argv.includes(flag) ? Number(argv[argv.indexOf(flag) + 1]) : otherwise);
  const root = shell.path(argv[1] ?? '');
  if (at < 0 || argv.at(-1) !== '+' || !shell.around.disk.find(root)) throw unknown(argv);
  // Nothing of a simulated run is an hour old but what lay there before; it stays.
  if (argv.includes('-mmin')) return 0;
  const name = new RegExp(`^${globSource(argv[argv.indexOf('-name') + 1] ?? '*', false)}$`);
  const found = shell.around.disk.below(root).filter((path) => {
    const level = path.slice(root.length).split('/').length - 1;
    return level >= depth('-mindepth', 0) && level <= depth('-maxdepth', Infinity) && name.test(baseOf(path));
  });
  return found.length === 0 ? 0 : yield* shell.external([...argv.slice(at + 1, -2), ...found]);
}
