import { fail } from '../errors/index.js';
import { sessionId } from '../protocol/ids.js';
import type { LockRecord } from '../protocol/types.js';
import { allHosts, type OpenHost } from './host.js';
import { identify } from './identity.js';
import type { LockStatus, Workspace } from './types.js';
import { waiting } from './lock-hosts.js';
import { isDead, ownerOf } from './world.js';

/** Who holds the environment's lock, and what is open. */
export async function lockStatus(ws: Workspace): Promise<LockStatus> {
  return statusOf(ws, await allHosts(ws, await identify(ws)));
}

/**
 * Takes the lock from its holder, for good and on every host, the anchor first: a returning holder is refused at its next step. Waits for the step that may still
 * run; then gives the lock back, so that the next command can have it.
 * @throws StagecraftError `user` when the lock is free, or is not the session that was named.
 */
export async function lockTake(ws: Workspace, options: { readonly id?: string }): Promise<LockStatus> {
  const identity = await identify(ws);
  const hosts = await allHosts(ws, identity);
  const held = await locksOf(hosts);
  const [first] = held;
  if (!first) throw fail({ code: 'SC5030', kind: 'user', message: `Nobody holds the lock of ${identity.environment}.`, next: ['stagecraft lock status'] });
  const { lock } = first;
  if (options.id !== undefined && options.id !== lock.session)
    throw fail({ code: 'SC5031', kind: 'user', message: `The lock is not held by session ${options.id} (any more): it is ${lock.session}, by ${lock.owner.user} on ${lock.owner.machine} since ${lock.since}.`, next: ['stagecraft lock status'] });
  if (options.id === undefined) await confirm(ws, `Take the lock of ${identity.environment} from ${lock.owner.user} on ${lock.owner.machine} (${lock.owner.command}, since ${lock.since}, in ${lock.phase})?`, lock.session);
  const owner = await ownerOf(ws);
  const session = sessionId(ws.clock);
  // Each as it is: whoever began to take over before may have come to some hosts only.
  for (const { host, lock: there } of held) await host.store.takeOver({ expect: there.session, owner, operation: there.operation, now: ws.clock.now(), session });
  await Promise.all(held.map(({ host }) => host.store.waitForStep(waiting(ws))));
  await Promise.all(held.map(({ host }) => host.store.release(session)));
  return statusOf(ws, hosts);
}

async function statusOf(ws: Workspace, hosts: readonly OpenHost[]): Promise<LockStatus> {
  const [locks, opens, running] = await Promise.all([locksOf(hosts), Promise.all(hosts.map((host) => host.store.readOpen())), Promise.all(hosts.map((host) => host.store.stepRunning()))]);
  const lock = locks[0]?.lock;
  const open = opens.find((record) => record !== undefined);
  const holderDead = lock && (await isDead(ws, lock));
  return { ...(lock ? { lock, holderDead: holderDead === true } : {}), ...(open ? { open } : {}), stepRunning: running.includes(true) };
}

/** The locks that are held, the anchor's first. */
async function locksOf(hosts: readonly OpenHost[]): Promise<readonly { readonly host: OpenHost; readonly lock: LockRecord }[]> {
  const all = await Promise.all(hosts.map(async (host) => ({ host, lock: await host.store.readLock(), open: await host.store.readOpen().catch(() => undefined), identity: (await host.store.readIdentity()) ?? '' })));
  const place = ({ host, open, identity }: (typeof all)[number]): string => `${open?.anchor === host.name ? 0 : 1} ${identity}`;
  return all.sort((a, b) => (place(a) < place(b) ? -1 : 1)).flatMap(({ host, lock }) => (lock ? [{ host, lock }] : []));
}

async function confirm(ws: Workspace, text: string, session: string): Promise<void> {
  const answer = ws.yes ? 'yes' : await ws.io.ask({ code: 'SC5032', text, choices: ['yes', 'no'], fallback: 'no' });
  if (answer !== 'yes') throw fail({ code: 'SC5032', kind: 'user', message: 'The lock was not taken.', next: [`stagecraft lock take --id ${session}`] });
}
