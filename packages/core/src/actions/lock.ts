import { fail } from '../errors/index.js';
import { sessionId } from '../protocol/ids.js';
import type { Decision, LockRecord, OpenRecord } from '../protocol/types.js';
import type { EnvironmentStore } from '../protocol/store.js';
import { askSome, noneAnswers, told } from './ask-each.js';
import { lookPatienceMs, openHosts, type Away, type OpenHost } from './host.js';
import { identify } from './identity.js';
import type { LockStatus, Workspace } from './types.js';
import { waiting } from './lock-hosts.js';
import { isDead, ownerOf } from './world.js';

/** Who holds the environment's lock, and what is open: by the hosts that answer. @throws StagecraftError `external` when none does. */
export async function lockStatus(ws: Workspace): Promise<LockStatus> {
  const { answers, away } = await askSome(await openHosts(ws, await identify(ws), lookPatienceMs), ({ store }) => lockAnswer(store));
  return lockOf(ws, answers, away);
}

/** What one host says of its lock. */
export interface LockAnswer {
  readonly lock: LockRecord | undefined;
  readonly open: OpenRecord | undefined;
  readonly decision: Decision | undefined;
  readonly running: boolean;
  readonly identity: string;
}

export async function lockAnswer(store: EnvironmentStore): Promise<LockAnswer> {
  const [lock, open, running, identity = ''] = await Promise.all([store.readLock(), store.readOpen(), store.stepRunning(), store.readIdentity()]);
  return { lock, open, running, identity, decision: open && (await store.readDecision(open.operation)) };
}

/** What the hosts say together. */
export async function lockOf(ws: Workspace, asked: readonly { readonly host: OpenHost; readonly answer: LockAnswer }[], away: readonly Away[] = []): Promise<LockStatus> {
  const answers = inOrder(asked).map(({ answer }) => answer);
  const lock = answers.find((answer) => answer.lock !== undefined)?.lock;
  const open = answers.find((answer) => answer.open !== undefined)?.open;
  const decision = answers.find((answer) => answer.decision !== undefined)?.decision;
  const holderDead = lock && (await isDead(ws, lock));
  return {
    ...(lock ? { lock, holderDead: holderDead === true } : {}),
    ...(open ? { open } : {}),
    ...(decision ? { decision } : {}),
    stepRunning: answers.some(({ running }) => running),
    ...told(away),
  };
}

/**
 * Takes the lock from its holder, for good and on every host that answers, the anchor first: a returning holder is refused at its next step. Waits for the step that may still
 * run; then gives the lock back, so that the next command can have it.
 * @throws StagecraftError `user` when the lock is free, or is not the session that was named.
 */
export async function lockTake(ws: Workspace, options: { readonly id?: string }): Promise<LockStatus> {
  const identity = await identify(ws);
  const { hosts, away } = await openHosts(ws, identity);
  if (hosts.length === 0) throw noneAnswers(away);
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
  return lockOf(ws, await Promise.all(hosts.map(async (host) => ({ host, answer: await lockAnswer(host.store) }))), away);
}

/** The locks that are held, the anchor's first. */
async function locksOf(hosts: readonly OpenHost[]): Promise<readonly { readonly host: OpenHost; readonly lock: LockRecord }[]> {
  const all = await Promise.all(hosts.map(async (host) => ({ host, answer: { lock: await host.store.readLock(), open: await host.store.readOpen().catch(() => undefined), identity: (await host.store.readIdentity()) ?? '' } })));
  return inOrder(all).flatMap(({ host, answer: { lock } }) => (lock ? [{ host, lock }] : []));
}

/** The anchor first, then by identity. */
function inOrder<T extends { readonly host: OpenHost; readonly answer: Pick<LockAnswer, 'open' | 'identity'> }>(all: readonly T[]): readonly T[] {
  const place = ({ host, answer }: T): string => `${answer.open?.anchor === host.name ? 0 : 1} ${answer.identity}`;
  return [...all].sort((a, b) => (place(a) < place(b) ? -1 : 1));
}

async function confirm(ws: Workspace, text: string, session: string): Promise<void> {
  const answer = ws.yes ? 'yes' : await ws.io.ask({ code: 'SC5032', text, choices: ['yes', 'no'], fallback: 'no' });
  if (answer !== 'yes') throw fail({ code: 'SC5032', kind: 'user', message: 'The lock was not taken.', next: [`stagecraft lock take --id ${session}`] });
}
