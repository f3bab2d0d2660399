import { nearest } from '../config/nearest.js';
import { fail } from '../errors/index.js';
import { messageOf, noneAnswers } from './ask-each.js';
import { hostName, openHosts, type Away, type Hosts, type Identity } from './host.js';
import type { Workspace } from './types.js';

/**
 * The hosts that a command may run on: the one that is named, else those that answer, in the order of their names. Those that do not are named beside.
 * @throws StagecraftError `user` for a name that no host has, `external` where none answers.
 */
export async function taskHosts(ws: Workspace, identity: Identity, named: string | undefined): Promise<Hosts> {
  const found = await openHosts(ws, named === undefined ? identity : { ...identity, hosts: only(identity, named) });
  if (found.hosts.length === 0) throw noneAnswers(found.away);
  return found;
}

/** Sentences for who waits: which hosts were not asked, and why. */
export function leftOut(away: readonly Away[]): readonly string[] {
  return away.map(({ name, error }) => `${name} is left out: ${messageOf(error)}`);
}

function only(identity: Identity, named: string): Identity['hosts'] {
  const { hosts, environment } = identity;
  if (identity.driver === 'local' && named === hostName(identity)) return hosts;
  const found = hosts.find(({ name }) => name === named);
  if (found) return [found];
  const names = hosts.length === 0 ? [hostName(identity)] : hosts.map(({ name }) => name);
  const meant = nearest(named, names);
  throw fail({ code: 'SC5160', kind: 'user', message: `${environment} has no host ${named}${meant === undefined ? '' : `; is it ${meant}?`}`, next: [`Hosts: ${names.join(', ')}`] });
}
