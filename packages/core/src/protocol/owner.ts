import { readFile, readlink } from 'node:fs/promises';
import { hostname, userInfo } from 'node:os';
import type { LockRecord, Owner } from './types.js';

/** This process, as a lock names it. */
export async function describeOwner(processEnv: Readonly<Record<string, string | undefined>>, command: string): Promise<Owner> {
  const [bootId, pidNamespace, process_] = await Promise.all([
    readFile('/proc/sys/kernel/random/boot_id', 'utf8').then((text) => text.trim(), () => ''),
    readlink('/proc/self/ns/pid').catch(() => ''),
    processAt(process.pid),
  ]);
  const ci = ciRun(processEnv);
  return { user: userName(processEnv), machine: hostname(), ...(ci ? { ci } : {}), command, bootId, pidNamespace, pid: process.pid, startTime: process_?.startTime ?? '' };
}

/**
 * True only where it is proved that the holder is dead: it ran on this machine since its boot, in this pid namespace, and its pid is gone or belongs to a
 * process that started at another time. Age proves nothing: a sleeping laptop is not dead.
 */
export function holderIsDead(lock: Pick<LockRecord, 'owner'>, here: Owner): Promise<boolean> {
  return ownerIsDead(lock.owner, here);
}

export async function ownerIsDead(owner: Owner, here: Owner): Promise<boolean> {
  const sameKernel = owner.bootId !== '' && owner.bootId === here.bootId && owner.machine === here.machine;
  if (!sameKernel || owner.pidNamespace === '' || owner.pidNamespace !== here.pidNamespace) return false;
  const found = await processAt(owner.pid);
  if (found === undefined || found.state === 'Z' || found.state === 'X') return true;
  return owner.startTime !== '' && found.startTime !== owner.startTime;
}

async function processAt(pid: number): Promise<{ readonly state: string; readonly startTime: string } | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  // The name in brackets may hold anything; the fields come after its last bracket. proc(5): state is field 3, starttime field 22.
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ');
  return fields && { state: fields[0] ?? '', startTime: fields[19] ?? '' };
}

function userName(env: Readonly<Record<string, string | undefined>>): string {
  try {
    return userInfo().username;
  } catch {
    // A container's uid may have no entry.
    return env['USER'] ?? env['LOGNAME'] ?? 'unknown';
  }
}

function ciRun(env: Readonly<Record<string, string | undefined>>): string | undefined {
  if (env['GITHUB_RUN_ID']) return `${env['GITHUB_SERVER_URL'] ?? 'https://github.com'}/${env['GITHUB_REPOSITORY'] ?? ''}/actions/runs/${env['GITHUB_RUN_ID']}`;
  return env['CI_JOB_URL'] ?? env['BUILD_URL'] ?? env['CIRCLE_BUILD_URL'] ?? (env['CI'] ? 'a CI run' : undefined);
}
