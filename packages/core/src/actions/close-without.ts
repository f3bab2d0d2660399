import { newestOf, withMember } from '../protocol/members.js';
import type { OpenRecord, ReleaseRecord } from '../protocol/types.js';
import { writeCache } from './cache.js';
import { decisionOf, publish } from './decide.js';
import { newestSerial } from './doubts.js';
import { historyOf } from './history.js';
import type { OpenHost } from './host.js';
import type { Operation } from './open-operation.js';
import { abortOperation, carryOut } from './operation.js';
import { operatorOf } from './operator.js';
import { proxiesOf } from './proxy.js';
import { readSealed } from './sealed.js';
import type { Workspace } from './types.js';
import { closeUnsealed } from './unsealed.js';

/** Closes the open operation without one of its hosts. After a crash at any instant it may be called again. */
export async function closeWithout(operation: Operation, name: string): Promise<ReleaseRecord> {
  const { ws, hosts, open, session } = operation;
  const anchorGone = open.anchor === name;
  // What the anchor alone has decided nobody else has acted upon: the others keep old and new until they have a copy.
  const copies = await Promise.all(hosts.map(({ store }) => store.readDecision(open.operation)));
  const decision = (anchorGone ? copies.find((copy) => copy !== undefined) : await decisionOf(operation)) ?? 'abort';
  await recordForgotten({ ws, hosts, session, operation: open.operation }, name);
  const now: OpenRecord = { ...open, hosts: open.hosts.filter((host) => host !== name), forgotten: [...new Set([...(open.forgotten ?? []), name])].sort(), anchor: anchorGone ? (hosts[0]?.name ?? '') : open.anchor };
  await Promise.all(hosts.map(({ store }) => store.amend(session, now)));
  const rest: Operation = { ...operation, open: now, away: operation.away.filter((host) => host.name !== name), anchor: hosts.find((host) => host.name === now.anchor) };
  await publish(rest, decision);
  const plan = await readSealed(rest);
  if (!plan) return closeUnsealed(rest, { code: 'SC5113', message: `${name} was forgotten before it was sealed`, phase: 'build' });
  const proxies = await proxiesOf(rest, plan);
  const { release } = decision === 'commit' ? await carryOut(rest, plan, proxies) : await abortOperation(rest, plan, proxies);
  await writeCache(ws, hosts, release.environment);
  return release;
}

/** From then on it takes part in nothing. */
export async function recordForgotten({ ws, hosts, session, operation }: { readonly ws: Workspace; readonly hosts: readonly OpenHost[]; readonly session: string; readonly operation: string }, name: string): Promise<void> {
  const [all, history] = await Promise.all([Promise.all(hosts.map(({ store }) => store.readMembers())), historyOf(hosts)]);
  const before = newestOf(all);
  const by = operatorOf(ws.processEnv);
  const members = before.hosts[name]?.is === 'forgotten' ? before : withMember(before, name, { is: 'forgotten', serial: newestSerial(history), since: new Date(ws.clock.now()).toISOString(), by });
  await Promise.all(hosts.map(({ store }) => store.putMembers(session, operation, members, `${name} was forgotten by ${by}`)));
}
