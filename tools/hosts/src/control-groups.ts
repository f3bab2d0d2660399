import { existsSync, mkdirSync, readFileSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SET } from './places.js';

const root = '/sys/fs/cgroup';
const all = SET;

/** The hierarchies of control groups of this machine: a folder each where there are several (version 1), else the one. */
function hierarchies(): readonly string[] {
  if (existsSync(join(root, 'cgroup.controllers'))) return [root];
  return existsSync(root) ? readdirSync(root).map((name) => join(root, name)).filter((folder) => existsSync(join(folder, 'cgroup.procs'))).sort() : [];
}

/** The names of the hierarchies of version 1; empty where there is the one of version 2. */
export function hierarchyNames(): readonly string[] {
  return hierarchies().filter((folder) => folder !== root).map((folder) => folder.slice(root.length + 1));
}

/** Makes the groups of a host; answers the files that a process writes its number to, to be of the host. */
export function makeGroups(host: string): readonly string[] {
  return hierarchies().map((folder) => {
    for (const group of [join(folder, all), join(folder, all, host)]) {
      mkdirSync(group, { recursive: true });
      // An empty cpuset takes no process.
      for (const file of ['cpuset.cpus', 'cpuset.mems']) if (folder.endsWith('/cpuset')) writeFileSync(join(group, file), readFileSync(join(folder, file), 'utf8'));
      if (folder === root) delegate(group);
    }
    return join(folder, all, host, 'cgroup.procs');
  });
}

/** Stops every process of a host where it is, or lets all go on. */
export function freezeGroup(host: string, frozen: boolean): void {
  const older = join(root, 'freezer', all, host, 'freezer.state');
  const newer = join(root, all, host, 'cgroup.freeze');
  if (existsSync(older)) writeFileSync(older, frozen ? 'FROZEN' : 'THAWED');
  else if (existsSync(newer)) writeFileSync(newer, frozen ? '1' : '0');
}

/** Takes the groups of a host away; the kernel lets go of them a moment after the last process. */
export async function removeGroups(host: string): Promise<void> {
  for (const folder of hierarchies()) {
    const group = join(folder, all, host);
    // Long: what waits for a disk cannot die before it has its answer.
    for (let tries = 0; existsSync(group) && tries < 1200; tries++) {
      if (tries > 0) await sleep(50);
      removeTree(group);
    }
    if (existsSync(group)) throw new Error(`the control group ${group} cannot be removed: something of the host ${host} still lives`);
  }
}

/** Takes away what holds the groups of all hosts. */
export function removeAllGroups(): void {
  for (const folder of hierarchies()) if (existsSync(join(folder, all))) removeTree(join(folder, all));
}

function removeTree(group: string): void {
  for (const entry of readdirSync(group, { withFileTypes: true })) if (entry.isDirectory()) removeTree(join(group, entry.name));
  try {
    rmdirSync(group);
  } catch {
    // not empty yet
  }
}

/** Version 2: a group hands its controllers on only when it is told to. */
function delegate(group: string): void {
  const parent = join(group, '..');
  const there = readFileSync(join(parent, 'cgroup.controllers'), 'utf8').trim().split(' ').filter((name) => name !== '');
  if (there.length > 0) writeFileSync(join(parent, 'cgroup.subtree_control'), there.map((name) => `+${name}`).join(' '));
}
