import { basename } from 'node:path/posix';
import { parentOf } from '../../host/prints.js';
import type { Run, Stop } from '../run.js';
import type { Shell } from '../shell.js';
import { unknown } from './refuse.js';

/** fsync, always: what `-d` leaves out is nothing that anybody reads. Before it is a place to stop at for a power cut alone. */
export function* sync(shell: Shell, argv: readonly string[]): Run {
  const { disk, isPrivate } = shell.around;
  const paths = argv.slice(1).filter((word) => word !== '-d');
  if (paths.length === 0) disk.flush();
  let code = 0;
  for (const given of paths) {
    const path = shell.path(given);
    if (!disk.find(path)) code = yield* shell.complain(`sync: ${given}: No such file`);
    else if (disk.isUnsafe(path)) {
      if (!isPrivate(path)) yield { kind: 'effect', what: `sync ${path}` };
      disk.sync(path);
    }
  }
  return code;
}

export function* mv(shell: Shell, argv: readonly string[]): Run {
  const { disk } = shell.around;
  const [from = '', given = '', ...more] = argv.slice(1).filter((word) => word !== '-f').map((path) => shell.path(path));
  if (more.length > 0) throw unknown(argv);
  const to = disk.find(given)?.folder ? `${given}/${basename(from)}` : given;
  const [node, there] = [disk.find(from), disk.find(to)];
  const clash = from === to || to.startsWith(`${from}/`) || (there !== undefined && there.folder !== node?.folder) || (there?.folder && disk.list(to).length > 0);
  if (node && clash) return yield* shell.complain(`mv: cannot move ${from} to ${to}`);
  if (node && node === there) throw unknown(argv);
  yield* changing(shell, to, `mv to ${to}`);
  return disk.rename(from, to) ? 0 : yield* shell.complain(`mv: cannot move ${from} to ${to}`);
}

export function* rm(shell: Shell, argv: readonly string[]): Run {
  const { disk } = shell.around;
  const flags = argv.slice(1).filter((word) => word.startsWith('-')).join('');
  let code = 0;
  for (const given of argv.slice(1).filter((word) => !word.startsWith('-'))) {
    const path = shell.path(given);
    const node = disk.find(path);
    if (!node) {
      if (!flags.includes('f')) code = yield* shell.complain(`rm: ${given}: No such file`);
    } else if (node.folder && !flags.includes('r')) code = yield* shell.complain(`rm: ${given}: Is a directory`);
    else {
      yield* changing(shell, path, `rm ${path}`);
      disk.remove(path);
    }
  }
  return code;
}

export function* ln(shell: Shell, argv: readonly string[]): Run {
  const { disk } = shell.around;
  const [from = '', given = '', ...more] = argv.slice(1).map((path) => shell.path(path));
  if (more.length > 0 || argv.some((word) => word.startsWith('-'))) throw unknown(argv);
  const to = disk.find(given)?.folder ? `${given}/${from.split('/').at(-1) ?? ''}` : given;
  yield* changing(shell, to, `ln to ${to}`);
  return disk.hardLink(from, to) ? 0 : yield* shell.complain(`ln: ${to}: File exists`);
}

export function* mkdir(shell: Shell, argv: readonly string[]): Run {
  const { disk } = shell.around;
  const parents = argv.includes('-p');
  const mode = 0o777 & ~shell.umask;
  let code = 0;
  for (const given of argv.slice(1).filter((word) => word !== '-p')) {
    const path = shell.path(given);
    // Whatever the umask, who makes a folder on the way can go on in it.
    if (parents) for (let end = path.indexOf('/', 1); end > 0; end = path.indexOf('/', end + 1)) disk.makeFolder(path.slice(0, end), mode | 0o300);
    if (!disk.makeFolder(path, mode) && !(parents && disk.find(path)?.folder)) code = yield* shell.complain(`mkdir: ${given}: File exists`);
  }
  return code;
}

export function* chmod(shell: Shell, argv: readonly string[]): Run {
  const [, how = '', ...paths] = argv;
  const added = { 'a+r': 0o444, 'a+rx': 0o555 }[how];
  if (added === undefined && !/^[0-7]{3,4}$/.test(how)) throw unknown(argv);
  let code = 0;
  for (const path of paths) {
    const node = shell.around.disk.find(shell.path(path));
    if (!node) code = yield* shell.complain(`chmod: ${path}: No such file`);
    else node.mode = added === undefined ? parseInt(how, 8) : node.mode | added;
  }
  return code;
}

export function* truncate(shell: Shell, argv: readonly string[]): Run {
  const [, flag, size = '', given = '', ...more] = argv;
  if (flag !== '-s' || !/^\d+$/.test(size) || more.length > 0) throw unknown(argv);
  const { disk } = shell.around;
  const path = shell.path(given);
  yield* changing(shell, path, `truncate ${path}`);
  if (!disk.find(path) && disk.find(parentOf(path))?.folder) {
    const file = disk.open(path, '>>', shell.around.pid, 0o666 & ~shell.umask);
    if (file) disk.close(file);
  }
  return disk.truncate(path, Number(size)) ? 0 : yield* shell.complain(`truncate: ${given}`);
}

function* changing(shell: Shell, path: string, what: string): Generator<Stop, void, void> {
  if (!shell.around.isPrivate(path)) yield { kind: 'effect', what };
}
