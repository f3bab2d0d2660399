import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Disk } from '../host/disk.js';
import type { Fd, Run, Tool } from '../sh/run.js';
import { Shell } from '../sh/shell.js';
import { tools } from '../sh/tools/index.js';
import { driver, stubs } from './stubs.js';

/** A script and what it begins with. */
export interface Case {
  readonly name: string;
  /** @param folder in which it runs, and outside of which it changes nothing. */
  readonly script: (folder: string) => string;
  /** Options of `sh`, `-eu` for one; none where it is left out. */
  readonly flags?: string;
  readonly stdin?: string;
  /** What lies in its folder: `undefined` is a folder. */
  readonly files?: ReadonlyMap<string, { readonly text: string | undefined; readonly mode: number }>;
  /** What `docker` does in the simulation; in the real shell a stub says the same again, call by call. */
  readonly docker?: Tool;
  /** Lines of the output come in no order of their own, as find gives them. */
  readonly unordered?: boolean;
}

/** What a script came to. */
export interface Came {
  readonly code: number;
  readonly out: string;
  /** What it called of `docker`, in order. */
  readonly calls: readonly string[];
  /** `path mode content`, sorted. */
  readonly tree: readonly string[];
}

interface Call {
  readonly argv: readonly string[];
  readonly out: string;
  readonly err: string;
  readonly code: number;
}

export interface Difference {
  readonly name: string;
  readonly script: string;
  readonly simulated: Came | string;
  readonly real: Came;
}

export const now = Date.parse('2026-01-01T00:00:00Z');

/** Runs all in the simulated sh and in this machine's, which is started once, and gives those that came to something else. */
export function differences(cases: readonly Case[]): readonly Difference[] {
  // In memory where the machine has that: a real sync costs nothing there.
  const root = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'sc-sh-'));
  try {
    mkdirSync(join(root, 'bin'));
    for (const [name, text] of Object.entries(stubs)) {
      writeFileSync(join(root, 'bin', name), text);
      chmodSync(join(root, 'bin', name), 0o755);
    }
    const simulated = cases.map((one, index) => {
      const place = join(root, 'cases', String(index).padStart(4, '0'));
      try {
        const { came, calls } = inSimulation(one, `${place}/w`);
        lay(one, place, calls);
        return came;
      } catch (error) {
        lay(one, place, []);
        return String(error);
      }
    });
    const { status, stderr } = spawnSync('sh', ['-c', driver, 'sh', root], { env: { PATH: `${root}/bin:${process.env['PATH'] ?? ''}`, LC_ALL: 'C', SAID: new Date(now).toISOString() }, encoding: 'utf8', timeout: 120_000 });
    if (status !== 0) throw new Error(`the real sh did not come to its end: ${status} ${stderr}`);
    return cases.flatMap((one, index): readonly Difference[] => {
      const place = join(root, 'cases', String(index).padStart(4, '0'));
      const real = sorted(one, inReal(place));
      const came = simulated[index] ?? '';
      const other = typeof came === 'string' ? came : sorted(one, came);
      return JSON.stringify(other) === JSON.stringify(real) ? [] : [{ name: one.name, script: one.script('.'), simulated: other, real }];
    });
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function inSimulation(one: Case, folder: string): { readonly came: Came; readonly calls: readonly Call[] } {
  const disk = new Disk();
  for (let end = folder.indexOf('/', 1); end > 0; end = folder.indexOf('/', end + 1)) disk.makeFolder(folder.slice(0, end), 0o755);
  disk.makeFolder(folder, 0o755);
  for (const [path, { text, mode }] of [...(one.files ?? [])].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (text === undefined) disk.makeFolder(`${folder}/${path}`, mode);
    else {
      const file = disk.open(`${folder}/${path}`, '>', 0, mode);
      if (!file) throw new Error(`${one.name}: ${path} cannot be laid`);
      disk.write(file, text);
    }
  }
  const calls: Call[] = [];
  const docker: Tool = (shell, argv) => recorded(shell, argv, one.docker ?? nothing, calls);
  const shell = new Shell({ disk, pid: 4242, now: () => now, bootId: bootId(), isPrivate: () => true, tool: (name) => (name === 'docker' ? docker : tools[name]) });
  shell.folder = folder;
  shell.umask = 0o022;
  const out: Fd = { kind: 'out', text: '' };
  shell.fds.set(0, { kind: 'in', text: one.stdin ?? '', at: 0 });
  shell.fds.set(1, out);
  shell.fds.set(2, { kind: 'out', text: '' });
  for (const flag of one.flags ?? '') if (flag === 'e') shell.errexit = true; else if (flag === 'u') shell.nounset = true;
  const run = shell.script(one.script(folder));
  for (let steps = 0; ; steps += 1) {
    const { done, value } = run.next();
    // Nobody else is there: what it waits for is time, and that is over.
    if (done) return { came: { code: value, out: out.text, calls: calls.map(said), tree: treeOf(disk, folder) }, calls };
    if (steps > 10_000) throw new Error('it does not come to an end');
  }
}

function* nothing(): Run {
  return 0;
}

/** What it does, with what it prints kept for the stub. */
function* recorded(shell: Shell, argv: readonly string[], docker: Tool, calls: Call[]): Run {
  const [out, err]: Fd[] = [{ kind: 'out', text: '' }, { kind: 'out', text: '' }];
  const before = new Map(shell.fds);
  if (out && err) shell.fds.set(1, out).set(2, err);
  const code = yield* docker(shell, argv);
  for (const number of [1, 2]) {
    const fd = before.get(number);
    if (fd) shell.fds.set(number, fd);
    else shell.fds.delete(number);
  }
  const call = { argv: argv.slice(1), out: out?.kind === 'out' ? out.text : '', err: err?.kind === 'out' ? err.text : '', code };
  calls.push(call);
  yield* shell.print(call.out);
  yield* shell.print(call.err, 2);
  return code;
}

function treeOf(disk: Disk, folder: string): readonly string[] {
  return disk.below(folder).map((path) => {
    const node = disk.find(path);
    return `${path.slice(folder.length + 1)} ${node?.mode.toString(8)} ${node?.folder ? 'folder' : JSON.stringify(node?.text)}`;
  }).sort();
}

function lay(one: Case, place: string, calls: readonly Call[]): void {
  mkdirSync(join(place, 'calls'), { recursive: true });
  mkdirSync(join(place, 'w'));
  for (const [path, { text, mode }] of [...(one.files ?? [])].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (text === undefined) mkdirSync(join(place, 'w', path));
    else writeFileSync(join(place, 'w', path), text);
    chmodSync(join(place, 'w', path), mode);
  }
  writeFileSync(join(place, 'script'), one.script(join(place, 'w')));
  writeFileSync(join(place, 'flags'), one.flags ?? '');
  writeFileSync(join(place, 'in'), one.stdin ?? '');
  for (const [index, call] of calls.entries()) {
    writeFileSync(join(place, 'calls', `${index}.out`), call.out);
    writeFileSync(join(place, 'calls', `${index}.err`), call.err);
    writeFileSync(join(place, 'calls', `${index}.code`), String(call.code));
  }
}

function inReal(place: string): Came {
  const calls: string[] = [];
  for (let index = 0; existsSync(join(place, 'calls', `${index}.said`)); index += 1) calls.push(readFileSync(join(place, 'calls', `${index}.said`), 'utf8'));
  const tree: string[] = [];
  for (const path of readdirSync(join(place, 'w'), { recursive: true, encoding: 'utf8' })) {
    const stat = statSync(join(place, 'w', path));
    tree.push(`${path} ${(stat.mode & 0o7777).toString(8)} ${stat.isDirectory() ? 'folder' : JSON.stringify(readFileSync(join(place, 'w', path), 'utf8'))}`);
  }
  return { code: Number(readFileSync(join(place, 'code'), 'utf8')), out: readFileSync(join(place, 'out'), 'utf8'), calls, tree: tree.sort() };
}

function sorted(one: Case, came: Came): Came {
  return one.unordered ? { ...came, out: came.out.split('\n').sort().join('\n') } : came;
}

function said({ argv }: Call): string {
  return `${argv.length}\n${argv.map((word) => `${word}\n`).join('')}`;
}

function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}
