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

/** What the journal says of a take-over: whom it was taken from, and by whom. */
export function takeMessage(before: Owner | undefined, session: string, by: Owner): string {
  return `taken over from ${before ? nameOf(before) : 'somebody'}, session ${session}, by ${nameOf(by)} with "${by.command}"`;
}

/** Who took over, by such a message. */
export function takerIn(message: string): string | undefined {
  return /, session \S+, by (.+)$/s.exec(message)?.[1]?.replace(/ with (".*")$/s, ' took over with $1');
}

/** Another session is in the lock now: the one that asked writes nothing more. @param by who took over, told or as the lock names them; absent: not known. */
export function takenOver(by: LockRecord | string | undefined): Error {
  const who = typeof by === 'object' ? `${nameOf(by.owner)} took over with "${by.owner.command}" (since ${by.since})` : by;
  return fail({
    code: 'SC3001',
    kind: 'locked',
    message: who !== undefined ? `${who}; this command writes nothing more.` : 'The lock was taken from this command and released; it writes nothing more.',
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
