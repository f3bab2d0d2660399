import { fail } from '../errors/index.js';
import type { OpenRecord } from '../protocol/types.js';
import { noneAnswers } from './ask-each.js';
import { writeCache } from './cache.js';
import { closeWithout, recordForgotten } from './close-without.js';
import { confirmHost, unknownHost } from './confirm-host.js';
import { doubtsAmong } from './doubts.js';
import { openHosts, type Hosts } from './host.js';
import { identify } from './identity.js';
import { takeUp } from './take-up.js';
import type { HostForgotten, HostMemberOptions, Workspace } from './types.js';
import { underLock } from './under-lock.js';

/**
 * Gives up a host that never comes back: what it owes is written off, an open operation is closed without it, and deploys go on with the others. What was
 * committed goes forward, all else goes back.
 * @throws StagecraftError `user` for a host that answers and is what it was; `mixed` where others are away too.
 */
export async function hostsForget(ws: Workspace, { name, lockWaitMs, dryRun }: HostMemberOptions): Promise<HostForgotten> {
  const identity = await identify(ws);
  const given = await openHosts(ws, identity);
  const hosts: Hosts = { ...given, hosts: given.hosts.filter((host) => host.name !== name) };
  if (hosts.hosts.length === 0) throw given.hosts.length > 0 ? theOnlyOne(name) : noneAnswers(given.away);
  const open = (await Promise.all(hosts.hosts.map(({ store }) => store.readOpen()))).find((record) => record?.hosts.includes(name));
  const known = [...identity.hosts, ...given.hosts, ...given.away].map((host) => host.name);
  if (!known.includes(name) && !open) throw unknownHost(name, known);
  const result = { environment: identity.environment, host: name, ...(open ? { operation: { kind: open.kind, release: open.release, version: open.version } } : {}) };
  if (given.outside?.some((one) => one.name === name) && !open) return { outcome: 'unchanged', ...result };
  await refuseSound(given, name);
  if (dryRun) return { outcome: 'planned', ...result };
  await confirmHost(ws, 'forget', name, costOf(name, open));
  if (open) {
    const away = [...hosts.away.filter((host) => host.name !== name), { name, error: theOnlyOne(name) }];
    const { kind, id: release, version, outcome } = await takeUp(ws, identity, { ...hosts, away }, (operation) => closeWithout(operation, name));
    return { outcome: 'forgotten', ...result, operation: { kind, release, version, outcome } };
  }
  await underLock(ws, hosts.hosts, identity, lockWaitMs, async (held) => {
    await recordForgotten(held, name);
    await writeCache(ws, held.hosts, identity.environment);
  });
  return { outcome: 'forgotten', ...result };
}

/** A host that is there can do what it owes. */
async function refuseSound({ hosts }: Hosts, name: string): Promise<void> {
  const host = hosts.find((one) => one.name === name);
  if (!host) return;
  const { doubts } = await doubtsAmong(hosts, { suspect: host });
  if (doubts.some((doubt) => doubt.name === name)) return;
  throw fail({ code: 'SC5111', kind: 'user', message: `${name} answers, and is what it was: it can do what it owes.`, next: ['stagecraft status', 'stagecraft deploy --abort', 'To do without it: take it out of `hosts` in stagecraft.yml, then: stagecraft deploy'] });
}

function theOnlyOne(name: string): Error {
  return fail({ code: 'SC5117', kind: 'external', message: `No other host than ${name} answers: there is nobody to go on without it.`, next: ['stagecraft status'] });
}

function costOf(name: string, open: OpenRecord | undefined): string {
  return `${name} is given up for good.${open ? ` The open ${open.kind} of ${open.version} is closed without it.` : ''} Deploys go on without it. What runs there goes on, should it run: make sure that nobody is led to it. Its volumes count as lost.`;
}
