import { fail } from '../errors/index.js';
import { digestOf } from '../protocol/journal.js';
import { newestOf, withMember } from '../protocol/members.js';
import { noneAnswers } from './ask-each.js';
import { confirmHost, unknownHost } from './confirm-host.js';
import { doubtsAmong, newestSerial } from './doubts.js';
import { historyOf } from './history.js';
import { openHosts, type Hosts, type OpenHost } from './host.js';
import { identify } from './identity.js';
import { readKey } from './key.js';
import { waiting } from './lock-hosts.js';
import { operatorOf } from './operator.js';
import type { HostAdopted, HostMemberOptions, Workspace } from './types.js';
import { underLock, type Held } from './under-lock.js';
import { ownerOf } from './world.js';

/**
 * Takes a host in again that is not the one that the others remember: it was forgotten and came back, is another machine under its name, or was set back. Its own
 * history is set aside, that of the others is copied to it. What runs there is left to the next deploy.
 * @throws StagecraftError `external` where it does not answer.
 */
export async function hostsAdopt(ws: Workspace, { name, lockWaitMs, dryRun }: HostMemberOptions): Promise<HostAdopted> {
  const identity = await identify(ws);
  const given = await openHosts(ws, identity);
  const host = given.hosts.find((one) => one.name === name) ?? given.outside?.find((one) => one.name === name)?.host;
  if (!host) throw absent(given, name, identity.hosts.map((one) => one.name));
  const peers = given.hosts.filter((one) => one !== host);
  if (peers.length === 0) throw given.away.length > 0 ? noneAnswers(given.away) : fail({ code: 'SC5115', kind: 'user', message: `${name} is the only host of ${identity.environment}: there is no history to copy.`, next: ['stagecraft deploy'] });
  const was = await whyNot(given, host, peers);
  const result = { environment: identity.environment, host: name, ...(was ? { was } : {}) };
  if (!was) return { outcome: 'unchanged', ...result };
  if (dryRun) return { outcome: 'planned', ...result };
  await confirmHost(ws, 'adopt', name, `${name} ${reasons[was]}. Its own history is set aside, that of ${peers.map((peer) => peer.name).join(', ')} is copied to it, and the next deploy brings it to what serves.`);
  const done = await underLock(ws, peers, identity, lockWaitMs, (held) => takeIn(held, host));
  return { outcome: 'adopted', ...result, ...done };
}

const reasons = { forgotten: 'was forgotten', replaced: 'is another machine than before', rewound: 'was set back' } as const;

async function whyNot({ outside = [] }: Hosts, host: OpenHost, peers: readonly OpenHost[]): Promise<keyof typeof reasons | undefined> {
  if (outside.some((one) => one.host === host)) return 'forgotten';
  const { doubts } = await doubtsAmong([...peers, host], { suspect: host });
  return doubts.find((doubt) => doubt.name === host.name)?.is;
}

/** In this order a crash leaves it as it was to the others, and it may be adopted again: only the last change makes it one of them. */
async function takeIn(held: Held, host: OpenHost): Promise<{ readonly copied: number; readonly aside?: string }> {
  const { ws, hosts: peers, session, operation } = held;
  const { store } = host;
  const { identity } = await store.prepare();
  await lock(held, host);
  try {
    const [theirs, own] = await Promise.all([readKey(peers), store.readKey().catch(() => 'damaged')]);
    const aside = await store.setAside(session, operation, own !== undefined && own !== theirs);
    if (theirs !== undefined) await store.key(theirs);
    const history = await historyOf(peers);
    const copied = await copyHistory(held, host, history.flatMap(({ id, outcome }) => (outcome === 'open' ? [] : [id])));
    const by = operatorOf(ws.processEnv);
    const before = newestOf(await Promise.all(peers.map((peer) => peer.store.readMembers())));
    const members = withMember(before, host.name, { is: 'adopted', identity, serial: newestSerial(history), since: new Date(ws.clock.now()).toISOString(), by });
    for (const one of [host, ...peers]) await one.store.putMembers(session, operation, members, `${host.name} was adopted by ${by}`);
    return { copied, ...(aside === undefined ? {} : { aside }) };
  } finally {
    await store.leave(session).catch(() => undefined);
  }
}

/** Nobody else acts on it from then on: whoever did before it went away is refused at the next step. */
async function lock({ ws, session, operation }: Held, { store }: OpenHost): Promise<void> {
  const owner = await ownerOf(ws);
  const before = await store.readLock();
  if (before) await store.takeOver({ expect: before.session, owner, operation, now: ws.clock.now(), session });
  else await store.acquire(owner, operation, ws.clock.now(), { session });
  await store.waitForStep(waiting(ws));
}

async function copyHistory({ hosts: peers, session, operation }: Held, { store }: OpenHost, ids: readonly string[]): Promise<number> {
  const copied: { readonly release: string; readonly digest: string }[] = [];
  for (const id of ids) {
    const files = await filesOf(peers, id);
    const record = files?.['release.json'];
    if (!files || record === undefined) continue;
    await store.putRelease(session, id, files);
    copied.push({ release: id, digest: digestOf(record) });
  }
  await store.noteCopied(session, operation, copied);
  return copied.length;
}

/** The record as it was closed, and the model, by which the host's services are known. */
async function filesOf(peers: readonly OpenHost[], id: string): Promise<Readonly<Record<string, string>> | undefined> {
  for (const { store } of peers) {
    const record = await store.readReleaseFile(id, 'release.json');
    if (record === undefined || record.includes('"outcome":"open"')) continue;
    const model = await store.readReleaseFile(id, 'model.json');
    return { 'release.json': record, ...(model === undefined ? {} : { 'model.json': model }) };
  }
  return undefined;
}

function absent({ away, outside = [] }: Hosts, name: string, known: readonly string[]): Error {
  const error = away.find((one) => one.name === name);
  if (error) return noneAnswers([error]);
  if (outside.some((one) => one.name === name)) return fail({ code: 'SC5114', kind: 'external', message: `${name} was forgotten, and does not answer.`, next: ['stagecraft status'] });
  return unknownHost(name, known);
}
