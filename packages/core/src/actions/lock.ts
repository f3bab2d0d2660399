import { fail } from '../errors/index.js';
import { describeOwner, holderIsDead } from '../protocol/owner.js';
import { openHost } from './host.js';
import { identify } from './identity.js';
import type { LockStatus, Workspace } from './types.js';
import { waiting } from './under-lock.js';

/** Who holds the environment's lock, and what is open. */
export async function lockStatus(ws: Workspace): Promise<LockStatus> {
  const host = await openHost(ws, await identify(ws));
  const [lock, open, stepRunning] = await Promise.all([host.store.readLock(), host.store.readOpen(), host.store.stepRunning()]);
  const holderDead = lock && (await holderIsDead(lock, await describeOwner(ws.processEnv, ws.command)));
  return { ...(lock ? { lock, holderDead: holderDead === true } : {}), ...(open ? { open } : {}), stepRunning };
}

/**
 * Takes the lock from its holder, for good: a returning holder is refused at its next step. Waits for the step that may still run; then gives the lock back, so
 * that the next command can have it.
 * @throws StagecraftError `user` when the lock is free, or is not the session that was named.
 */
export async function lockTake(ws: Workspace, options: { readonly id?: string }): Promise<LockStatus> {
  const identity = await identify(ws);
  const host = await openHost(ws, identity);
  const lock = await host.store.readLock();
  if (!lock) throw fail({ code: 'SC5030', kind: 'user', message: `Nobody holds the lock of ${identity.environment}.`, next: ['stagecraft lock status'] });
  if (options.id !== undefined && options.id !== lock.session)
    throw fail({ code: 'SC5031', kind: 'user', message: `The lock is not held by session ${options.id} (any more): it is ${lock.session}, by ${lock.owner.user} on ${lock.owner.machine} since ${lock.since}.`, next: ['stagecraft lock status'] });
  if (options.id === undefined) await confirm(ws, `Take the lock of ${identity.environment} from ${lock.owner.user} on ${lock.owner.machine} (${lock.owner.command}, since ${lock.since}, in ${lock.phase})?`, lock.session);
  const owner = await describeOwner(ws.processEnv, ws.command);
  const { session } = await host.store.takeOver({ expect: lock.session, owner, operation: lock.operation, now: ws.clock.now() });
  await host.store.waitForStep(waiting(ws));
  await host.store.release(session);
  return lockStatus(ws);
}

async function confirm(ws: Workspace, text: string, session: string): Promise<void> {
  const answer = ws.yes ? 'yes' : await ws.io.ask({ code: 'SC5032', text, choices: ['yes', 'no'], fallback: 'no' });
  if (answer !== 'yes') throw fail({ code: 'SC5032', kind: 'user', message: 'The lock was not taken.', next: [`stagecraft lock take --id ${session}`] });
}
