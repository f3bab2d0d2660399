import { fail } from '../errors/index.js';
import type { LockRecord, Owner } from './types.js';

/** Another command holds the lock. */
export function heldBy(lock: LockRecord, now: number, dead: boolean): Error {
  return fail({
    code: 'SC3000',
    kind: 'locked',
    message: `${nameOf(lock.owner)} holds the lock since ${lock.since} (${age(now - Date.parse(lock.since))}): ${lock.owner.command}, phase ${lock.phase}, operation ${lock.operation}.${lock.left ? ' It left while a step still runs.' : ''}${dead ? ' That process is dead.' : ''}`,
    next: dead
      ? ['stagecraft deploy --resume', 'stagecraft deploy --abort']
      : ['stagecraft lock status', 'Run the command again with --lock-wait 15m to wait for it.', `If it is surely gone: stagecraft lock take --id ${lock.session}, then stagecraft deploy --resume`],
  });
}

/** Another session is in the lock now: the one that asked writes nothing more. */
export function takenOver(lock: LockRecord | undefined): Error {
  return fail({
    code: 'SC3001',
    kind: 'locked',
    message: lock ? `${nameOf(lock.owner)} took over with "${lock.owner.command}" (since ${lock.since}); this command writes nothing more.` : 'The lock was taken from this command and released; it writes nothing more.',
    next: ['stagecraft lock status', 'stagecraft status'],
  });
}

export function nameOf(owner: Owner): string {
  return `${owner.user} on ${owner.machine}${owner.ci ? ` (${owner.ci})` : ''}`;
}

function age(ms: number): string {
  if (!(ms >= 0)) return 'age unknown';
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return `${Math.floor(ms / 1000)} s ago`;
  return minutes < 120 ? `${minutes} min ago` : `${Math.floor(minutes / 60)} h ago`;
}
