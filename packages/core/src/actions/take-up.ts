import { fail } from '../errors/index.js';
import { nextSerialOf } from '../protocol/history.js';
import type { OpenRecord, ReleaseRecord } from '../protocol/types.js';
import { historyOf } from './history.js';
import { openHosts, type Away, type Hosts, type Identity, type OpenHost } from './host.js';
import { identify } from './identity.js';
import { doubtful, doubtsAmong } from './doubts.js';
import { holding, inLockOrder, lockHosts, type Lost } from './lock-hosts.js';
import { isAlone, type Operation } from './open-operation.js';
import type { Workspace } from './types.js';

/** Takes the open operation of the environment up, under its locks, as `--resume` and `--abort` do. */
export async function withOpen<T>(ws: Workspace, work: (operation: Operation) => Promise<T>): Promise<T> {
  const identity = await identify(ws);
  return takeUp(ws, identity, await openHosts(ws, identity), work);
}

/**
 * The same on hosts that are opened: what is open, and on which of them, is the union of what they hold. Hosts that do not answer are left out.
 * @throws StagecraftError `user` when nothing is open, `locked` when another holds a lock.
 */
export async function takeUp<T>(ws: Workspace, identity: Identity, given: Hosts, work: (operation: Operation) => Promise<T>): Promise<T> {
  const begunAt = ws.clock.now();
  const away = [...given.away];
  // One host alone is no part of anything: what it fails with is what the command fails with.
  const lost = given.hosts.length + away.length > 1 ? (host: Away): void => void away.push(host) : undefined;
  const hosts = await sound(await inLockOrder(given.hosts, lost), lost);
  const found = await Promise.all(hosts.map(async (host) => ({ host, record: await host.store.readOpen() })));
  const open = latest(found.map(({ record }) => record));
  if (!open) throw nothingOpen(identity, away);
  const other = found.find(({ record }) => record !== undefined && record.operation !== open.operation);
  if (other) throw fail({ code: 'SC5023', kind: 'external', message: `${other.host.name} has another operation open (${other.record?.release ?? ''}) than the other hosts (${open.release}): its state was changed by hand or set back.`, next: ['stagecraft status'] });
  const part = await partsOf(open, found);
  // Whoever takes over begins at the anchor: there the decision is made.
  const { session, hosts: held } = await lockHosts(ws, [...part.open.filter((host) => host === part.anchor), ...part.open.filter((host) => host !== part.anchor)], open.operation, lost);
  return holding(ws, held, session, async () => {
    const now = await Promise.all(held.map((host) => host.store.readOpen()));
    if (!now.some((record) => record?.operation === open.operation)) throw nothingOpen(identity, away);
    // Where its beginning was cut off, it is open on some hosts only.
    await Promise.all(held.map((host, place) => bringUp(host, session, open, now[place])));
    const records = await Promise.all(held.map((host) => host.store.readRelease(open.release)));
    const record = records.find((known) => known !== undefined) ?? recordOf(open, identity, nextSerialOf(await historyOf(hosts)));
    return work({ ws, hosts: held, away: awayOf(open, [...held, ...part.closed], away), closed: part.closed, anchor: held.find((host) => host === part.anchor), session, open, record, begunAt });
  });
}

/** Where a host was forgotten and that was cut off, some know of it and some do not yet. */
function latest(records: readonly (OpenRecord | undefined)[]): OpenRecord | undefined {
  return records.reduce<OpenRecord | undefined>((known, record) => (record !== undefined && (known === undefined || (record.operation === known.operation && (record.forgotten?.length ?? 0) > (known.forgotten?.length ?? 0))) ? record : known), undefined);
}

async function bringUp({ store }: OpenHost, session: string, open: OpenRecord, knows: OpenRecord | undefined): Promise<void> {
  if (knows === undefined) await store.open(session, open);
  else if ((knows.forgotten?.length ?? 0) < (open.forgotten?.length ?? 0)) await store.amend(session, open);
}

/** Those that are what the others remember; the rest counts as away. */
async function sound(hosts: readonly OpenHost[], lost: Lost | undefined): Promise<readonly OpenHost[]> {
  if (!lost || hosts.length < 2) return hosts;
  const known = await doubtsAmong(hosts, { lost });
  for (const doubt of known.doubts) lost({ name: doubt.name, error: doubtful(doubt) });
  return known.sound;
}

/** Which hosts have it open, or have yet to open it, and which have closed it already. */
async function partsOf(open: OpenRecord, found: readonly { readonly host: OpenHost; readonly record: OpenRecord | undefined }[]): Promise<{ readonly open: readonly OpenHost[]; readonly closed: readonly OpenHost[]; readonly anchor: OpenHost | undefined }> {
  const own = found.filter(({ host, record }) => record !== undefined || open.hosts.includes(host.name));
  const closed = new Set<OpenHost>();
  for (const { host, record } of own) if (record === undefined && (await hasClosed(host, open.operation))) closed.add(host);
  const still = own.map(({ host }) => host).filter((host) => !closed.has(host));
  // The only host of an operation is its anchor, whatever the config calls it now.
  return { open: still, closed: [...closed], anchor: still.find((host) => host.name === open.anchor) ?? (isAlone(open) ? still[0] : undefined) };
}

async function hasClosed(host: OpenHost, operation: string): Promise<boolean> {
  return (await host.store.readJournal()).some((record) => record.type === 'close' && record.operation === operation);
}

function awayOf(open: OpenRecord, hosts: readonly OpenHost[], away: readonly Away[]): readonly Away[] {
  if (isAlone(open) && hosts.length > 0) return [];
  const there = new Set(hosts.map((host) => host.name));
  return open.hosts.filter((name) => !there.has(name)).map((name) => away.find((host) => host.name === name) ?? { name, error: fail({ code: 'SC5006', kind: 'external', message: `${name} is not a host of the environment any more.`, next: ['stagecraft status'] }) });
}

function nothingOpen(identity: Identity, away: readonly Away[]): Error {
  const names = away.map(({ name }) => name).sort().join(', ');
  return fail({ code: 'SC5020', kind: 'user', message: `No operation of ${identity.environment} is open${names === '' ? '' : ` on the hosts that answer (${names} cannot be reached)`}: there is nothing to resume or abort.`, next: ['stagecraft status', 'stagecraft releases list'] });
}

/** The record that a crash came before: made again from what is open. */
function recordOf(open: OpenRecord, identity: Identity, serial: number): ReleaseRecord {
  const pending = { status: 'pending' } as const;
  return {
    format: 1, id: open.release, serial, project: identity.project, environment: identity.environment, version: open.version, ...(open.commit ? { commit: open.commit } : {}), kind: open.kind, ...(open.target ? { target: open.target } : {}), outcome: 'open',
    startedAt: open.since, operator: open.by, operation: open.operation, ...(open.prior ? { previousId: open.prior } : {}),
    phases: { build: pending, push: pending, migrate_pre: pending, rollout: pending, migrate_post: pending, finalize: pending }, images: {}, rendered: {}, changes: {},
  };
}
