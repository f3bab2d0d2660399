import type { Run } from '../run.js';
import type { Shell } from '../shell.js';
import { unknown } from './refuse.js';

/** `true` and `false`. */
export function* succeed(_shell: Shell, argv: readonly string[]): Run {
  return argv[0] === 'true' ? 0 : 1;
}

/** `date` */
export function* now(shell: Shell, argv: readonly string[]): Run {
  if (argv.slice(1).join(' ') !== '-u +%Y-%m-%dT%H:%M:%S.%3NZ') throw unknown(argv);
  yield* shell.print(`${new Date(shell.around.now()).toISOString()}\n`);
  return 0;
}

export function* flock(shell: Shell, argv: readonly string[]): Run {
  const words = argv.slice(1);
  const wait = words[0] === '-n' ? 0 : words[0] === '-w' ? Number(words[1]) * 1_000 : Infinity;
  if (words.length !== (wait === 0 && words[0] === '-n' ? 2 : wait === Infinity ? 1 : 3)) throw unknown(argv);
  const fd = shell.fds.get(Number(words.at(-1)));
  if (fd?.kind !== 'file') throw unknown(argv);
  const { file } = fd;
  const { disk } = shell.around;
  // Always a place to stop at: who comes first is the question.
  yield { kind: 'effect', what: `flock ${file.path}` };
  if (!disk.lockFree(file) && wait > 0) yield { kind: 'wait', ready: () => disk.lockFree(file), until: shell.around.now() + wait, what: `flock ${file.path}` };
  if (!disk.lockFree(file)) return 1;
  disk.lock(file);
  return 0;
}

/** The time that it gives is long: here whatever it starts comes to its end, or is held up on purpose. */
export function* timeout(shell: Shell, argv: readonly string[]): Run {
  if (argv[1] !== '-k' || argv.length < 5) throw unknown(argv);
  return yield* shell.external(argv.slice(4));
}

export function* sh(shell: Shell, argv: readonly string[]): Run {
  const flags = argv[1]?.startsWith('-') ? argv[1] : '';
  const [path = '', ...more] = argv.slice(flags === '' ? 1 : 2);
  if (more.length > 0 || !/^(-[eu]+)?$/.test(flags)) throw unknown(argv);
  const text = shell.around.disk.read(shell.path(path));
  if (text === undefined) return (yield* shell.complain(`sh: cannot open ${path}`)) * 2;
  return yield* shell.child(text, { errexit: flags.includes('e'), nounset: flags.includes('u') });
}

export function* sleep(shell: Shell, argv: readonly string[]): Run {
  yield { kind: 'wait', ready: () => false, until: shell.around.now() + Number(argv[1]) * 1_000, what: `sleep ${argv[1]}` };
  return 0;
}

/** `kill`: no process shows in `/proc` that it could be meant for. */
export function* dead(_shell: Shell, argv: readonly string[]): Run {
  throw unknown(argv);
}
