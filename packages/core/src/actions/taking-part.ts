import { newestOf, type Member } from '../protocol/members.js';
import { askEach } from './ask-each.js';
import type { Hosts, OpenHost } from './host.js';

/** A host of the config that takes part in nothing. */
export interface Outside {
  readonly name: string;
  readonly member: Member;
  /** Where it answers all the same. */
  readonly host?: OpenHost;
}

/** Sets those apart that were forgotten: whether they answer or not, they hold up nothing and nothing is done with them. */
export async function takingPart(found: Hosts): Promise<Hosts> {
  if (found.hosts.length + found.away.length < 2) return found;
  const { answers, away } = await askEach(found, ({ store }) => store.readMembers());
  const { hosts: members } = newestOf(answers.map(({ answer }) => answer));
  const forgotten = (name: string): Member | undefined => (members[name]?.is === 'forgotten' ? members[name] : undefined);
  const there = answers.map(({ host }) => host);
  const outside = [...there.map((host) => ({ name: host.name, host })), ...away.map(({ name }) => ({ name }))].flatMap((one): readonly Outside[] => {
    const member = forgotten(one.name);
    return member ? [{ ...one, member }] : [];
  });
  if (outside.length === 0) return { hosts: there, away };
  return { hosts: there.filter(({ name }) => !forgotten(name)), away: away.filter(({ name }) => !forgotten(name)), outside: outside.sort((a, b) => (a.name < b.name ? -1 : 1)) };
}
