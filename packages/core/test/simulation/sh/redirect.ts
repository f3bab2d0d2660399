import { textOf } from './expand.js';
import type { Run, Stop } from './run.js';
import type { Shell } from './shell.js';
import type { Redirect } from './tree.js';

/** What a redirection that fails comes to. */
const failed = 2;

/** Opens and joins what is said, for good. @returns 0, or the code of a redirection that failed. */
export function* redirect(shell: Shell, redirs: readonly Redirect[]): Run {
  for (const { fd: number, kind, word } of redirs) {
    const text = yield* textOf(shell, word);
    if (kind === '>&') {
      const fd = shell.fds.get(Number(text));
      if (!fd) throw new Error(`the simulated sh has nothing open as ${text}`);
      if (fd.kind === 'file') fd.file.uses += 1;
      shell.put(number, fd);
    } else if (kind === '<<') shell.put(number, { kind: 'in', text, at: 0 });
    else if (text === '/dev/null') shell.put(number, { kind: 'null' });
    else if (kind === '<' && text === '/proc/sys/kernel/random/boot_id') shell.put(number, { kind: 'in', text: `${shell.around.bootId}\n`, at: 0 });
    else if (!(yield* opens(shell, number, kind, shell.path(text)))) return failed;
  }
  return 0;
}

/** Runs something with redirections that end with it. */
export function* redirected(shell: Shell, redirs: readonly Redirect[], run: () => Run): Generator<Stop, { readonly code: number; readonly opened: boolean }, void> {
  if (redirs.length === 0) return { code: yield* run(), opened: true };
  const before = new Map(shell.fds);
  for (const fd of before.values()) if (fd.kind === 'file') fd.file.uses += 1;
  try {
    const code = yield* redirect(shell, redirs);
    return code === 0 ? { code: yield* run(), opened: true } : { code, opened: false };
  } finally {
    shell.close();
    for (const [number, fd] of before) shell.fds.set(number, fd);
  }
}

function* opens(shell: Shell, number: number, kind: '<' | '>' | '>>', path: string): Generator<Stop, boolean, void> {
  const { disk, pid, isPrivate } = shell.around;
  const there = disk.read(path);
  const changes = kind === '>' ? there !== '' : kind === '>>' && there === undefined;
  if (changes && !isPrivate(path)) yield { kind: 'effect', what: `${there === undefined ? 'make' : 'empty'} ${path}` };
  if (kind === '<' && disk.find(path)?.folder) throw new Error(`the simulated sh reads from no folder (${path})`);
  const file = path.startsWith('/proc/') ? undefined : disk.open(path, kind, pid, 0o666 & ~shell.umask);
  if (file) shell.put(number, { kind: 'file', file });
  else yield* shell.complain(`sh: cannot ${kind === '<' ? 'open' : 'create'} ${path}: No such file`);
  return file !== undefined;
}
