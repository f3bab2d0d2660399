import { existsSync, readFileSync, readdirSync, rmdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { attempt } from '../exec.js';

/** All containers of an engine of ours are below this control group, so that we know them when the engine is gone. */
export function groupOf(run: string): string {
  return basename(run);
}

/** Ends what an engine that is gone left: its processes, then its mounts and control groups. */
export async function sweep(run: string, dataRoot: string, mountedBefore: readonly string[]): Promise<void> {
  // Twice: while a shim lives it may start another process.
  for (let round = 0; round < 50; round++) {
    const left = leftProcesses(run);
    if (left.length === 0) break;
    for (const pid of left) kill(pid);
    await sleep(50);
  }
  for (const mount of ownMounts([run, dataRoot])) if (!mountedBefore.includes(mount)) await attempt('umount', ['-l', mount]);
  removeCgroups(groupOf(run));
}

/** Processes whose command line names our run folder, or that are in our control group. Never ourselves. */
function leftProcesses(run: string): number[] {
  const found: number[] = [];
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) continue;
    if (ofEngine(name, run)) found.push(Number(name));
  }
  return found;
}

function ofEngine(pid: string, run: string): boolean {
  try {
    const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    const program = line.split('\0')[0] ?? '';
    if (/(^|\/)(containerd|containerd-shim[\w-]*|dockerd|docker-proxy|runc|unshare)$/.test(program) && line.includes(`${run}/`)) return true;
    return readFileSync(`/proc/${pid}/cgroup`, 'utf8').split('\n').some((group) => group.includes(`/${groupOf(run)}/`));
  } catch {
    return false; // it ended while we looked
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it ended meanwhile
  }
}

export function ownMounts(folders: readonly string[]): string[] {
  return mountsAt(folders, readFileSync('/proc/self/mounts', 'utf8'));
}

/** The mount points at and below these folders out of the text of /proc/mounts, the latest first. */
export function mountsAt(folders: readonly string[], mounts: string): string[] {
  const points = mounts.split('\n').flatMap((line) => {
    const point = line.split(' ')[1]?.replace(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8)));
    return point && folders.some((folder) => `${point}/`.startsWith(`${folder}/`)) ? [point] : [];
  });
  return points.reverse();
}

function removeCgroups(group: string): void {
  const root = '/sys/fs/cgroup';
  if (!existsSync(root)) return;
  for (const base of [root, ...readdirSync(root).map((name) => join(root, name))]) removeGroup(join(base, group));
}

function removeGroup(folder: string): void {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { withFileTypes: true })) if (entry.isDirectory()) removeGroup(join(folder, entry.name));
  try {
    rmdirSync(folder);
  } catch {
    // the kernel lets go of a group a moment after its last process; an empty group harms nobody
  }
}

