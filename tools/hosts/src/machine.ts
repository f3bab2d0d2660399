import { randomUUID } from 'node:crypto';
import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { attempt, identify, lives, type ProcessIdentity } from '@stagecraft-tools/engine/parts';
import { bootScript } from './boot.js';
import { freezeGroup, makeGroups, removeGroups } from './control-groups.js';
import { namespaceOf, plugIn, unplug } from './network.js';
import type { HostChoice } from './types.js';
import { systemPath } from './whether.js';

/** What a host was made as, in its folder. */
export interface HostRecord {
  readonly name: string;
  readonly number: number;
  readonly choice: HostChoice;
  /** How many lower folders it has. */
  readonly lowers: number;
  /** It ends with the process that made it, however that ends. */
  readonly tied: boolean;
}

/** The process 1 of a host that is on; undefined where it is off. */
export function processOf(folder: string): ProcessIdentity | undefined {
  try {
    const one = JSON.parse(readFileSync(join(folder, 'process.json'), 'utf8')) as ProcessIdentity;
    return lives(one) ? one : undefined;
  } catch {
    return undefined;
  }
}

/** Switches a host on. Throws, with the end of what its console said, where its process 1 does not come up. */
export async function switchOn(folder: string, record: HostRecord): Promise<void> {
  const { name, number, choice } = record;
  await plugIn(name, number);
  const groups = makeGroups(name);
  writeFileSync(join(folder, 'boot_id'), `${randomUUID()}\n`);
  writeFileSync(join(folder, 'boot.sh'), bootScript({ name, folder, lowers: record.lowers, init: choice.init ?? 'simple', shares: choice.shares ?? [] }));
  const console = openSync(join(folder, 'console.log'), 'w');
  const join1 = 'for file in "$@"; do [ "$file" != -- ] || break; echo $$ >"$file" || exit 1; shift; done; shift; exec "$@"';
  const apart = ['nsenter', `--net=/run/netns/${namespaceOf(name)}`, ...(record.tied ? ['setpriv', '--pdeathsig', 'KILL'] : []), 'unshare', '--mount', '--uts', '--ipc', '--pid', '--cgroup', '--fork', '--kill-child', 'bash', join(folder, 'boot.sh')];
  const child = spawn('sh', ['-c', join1, 'sh', ...groups, '--', ...apart], { detached: true, stdio: ['ignore', console, console], env: plainEnvironment(), cwd: '/' });
  closeSync(console);
  child.unref();
  const parent = child.pid ?? 0;
  for (const until = Date.now() + 20_000; Date.now() < until && child.exitCode === null; await sleep(10)) {
    const first = childrenOf(parent).map((pid) => identify(pid)).find((one) => one !== undefined);
    // `bash` first, then the program that it becomes: the pid stays.
    if (!first || !programOf(first.pid).endsWith('bash')) continue;
    writeFileSync(join(folder, 'process.json.new'), JSON.stringify(first));
    renameSync(join(folder, 'process.json.new'), join(folder, 'process.json'));
    return;
  }
  throw new Error(`the host ${name} did not start:\n${consoleOf(folder)}`);
}

/** Switches a host off at once. Its files stay. Right for one that is off, or half on. */
export async function switchOff(folder: string, name: string): Promise<void> {
  freezeGroup(name, false);
  const one = processOf(folder);
  if (one) process.kill(one.pid, 'SIGKILL');
  for (const until = Date.now() + 30_000; one && lives(one); await sleep(10)) if (Date.now() > until) throw new Error(`the host ${name} does not end`);
  rmSync(join(folder, 'process.json'), { force: true });
  await removeGroups(name);
  await unplug(name);
  // The disk is let go of when the last mount is, a moment after the last process.
  const disk = join(folder, 'disk.img');
  for (const until = Date.now() + 30_000; existsSync(disk); await sleep(20)) {
    const held = (await attempt('losetup', ['--associated', disk], { env: systemPath() })).stdout.trim();
    if (held === '') break;
    if (Date.now() > until) throw new Error(`the disk of ${name} is still in use: ${held}`);
  }
}

export function consoleOf(folder: string): string {
  try {
    return readFileSync(join(folder, 'console.log'), 'utf8').trimEnd().split('\n').slice(-20).join('\n');
  } catch {
    return '(no console)';
  }
}

/** Nothing of who runs the tests is a host's business. */
export function plainEnvironment(): Record<string, string> {
  return { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root', LANG: 'C.UTF-8' };
}

function childrenOf(pid: number): readonly number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter((text) => text !== '').map(Number);
  } catch {
    return [];
  }
}

function programOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[0] ?? '';
  } catch {
    return '';
  }
}
