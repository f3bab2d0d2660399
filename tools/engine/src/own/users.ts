import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Who a process is, so that another one that got the same number later is not taken for it. */
export interface ProcessIdentity {
  pid: number;
  /** Start in the kernel's ticks since boot, with the boot's id: `12345@<boot>`. */
  start: string;
}

export interface User extends ProcessIdentity {
  why: string;
}

/** Stands for `up`: nobody's process, there until `down`. */
export const DETACHED: User = { pid: 0, start: 'detached', why: 'up' };

/** The start time of a process out of the text of its `/proc/PID/stat`; the name in brackets may hold anything. */
export function startOf(stat: string): string | undefined {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // A zombie holds its number but does nothing any more.
  if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
  return fields[19];
}

export function identify(pid: number, proc = '/proc'): ProcessIdentity | undefined {
  try {
    const start = startOf(readFileSync(join(proc, String(pid), 'stat'), 'utf8'));
    if (!start) return undefined;
    const boot = readFileSync(join(proc, 'sys/kernel/random/boot_id'), 'utf8').trim();
    return { pid, start: `${start}@${boot}` };
  } catch {
    return undefined;
  }
}

export function lives(one: ProcessIdentity, proc = '/proc'): boolean {
  return identify(one.pid, proc)?.start === one.start;
}

/** The users of an engine, a file each: they are counted by looking who still lives. */
export interface Users {
  /** Counts one more use; what it returns ends that use. A process may use an engine more than once. */
  add(user: User): () => void;
  /** Ends the use of `up`. */
  removeDetached(): void;
  /** Those who live (and `up`); files of the dead are removed on the way. */
  living(): User[];
}

export function usersIn(folder: string, proc = '/proc'): Users {
  return {
    add(user) {
      mkdirSync(folder, { recursive: true });
      const file = join(folder, user.pid === 0 ? 'up' : `${user.pid}-${randomUUID().slice(0, 8)}`);
      writeFileSync(file, JSON.stringify(user));
      return () => rmSync(file, { force: true });
    },
    removeDetached() {
      rmSync(join(folder, 'up'), { force: true });
    },
    living() {
      if (!existsSync(folder)) return [];
      const found: User[] = [];
      for (const name of readdirSync(folder).sort()) {
        const user = read(join(folder, name));
        if (user && (user.pid === 0 || lives(user, proc))) found.push(user);
        else rmSync(join(folder, name), { force: true });
      }
      return found;
    },
  };
}

function read(file: string): User | undefined {
  try {
    const user = JSON.parse(readFileSync(file, 'utf8')) as User;
    return typeof user.pid === 'number' && typeof user.start === 'string' ? user : undefined;
  } catch {
    return undefined; // a file cut off by a crash counts for nobody
  }
}
