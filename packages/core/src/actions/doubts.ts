import { fail, isStagecraftError } from '../errors/index.js';
import { mergedHistory, nextSerialOf } from '../protocol/history.js';
import { newestOf, type Members } from '../protocol/members.js';
import type { ReleaseRecord } from '../protocol/types.js';
import { doubtsOf, type Doubt, type Found } from '../protocol/witnesses.js';
import { isDamaged } from './history.js';
import type { OpenHost } from './host.js';
import type { Lost } from './lock-hosts.js';

/** What hosts that were held against each other know. */
export interface Known {
  readonly doubts: readonly Doubt[];
  readonly members: Members;
  /** Of the hosts without doubt, newest first. */
  readonly history: readonly ReleaseRecord[];
  /** The hosts that answer, without doubt. */
  readonly sound: readonly OpenHost[];
}

export interface Care {
  /** A host whose own records need not be sound: what is wrong with them is a doubt of its own. */
  readonly suspect?: OpenHost;
  /** Is told of a host that does not answer, or whose history is damaged. Without it such a host fails the whole. */
  readonly lost?: Lost;
}

/** Holds hosts against what the others remember of them. @throws StagecraftError `external` where a history is damaged. */
export async function doubtsAmong(hosts: readonly OpenHost[], { suspect, lost }: Care = {}): Promise<Known> {
  const asked = await Promise.all(
    hosts.map(async (host) => {
      const { store, name } = host;
      try {
        const [members, identity = '', known] = await Promise.all([store.readMembers(), store.readIdentity(), recordsOf(host, host === suspect)]);
        return [{ members, found: { name, identity, ...known } }];
      } catch (error) {
        if (!lost || !isStagecraftError(error) || error.kind !== 'external') throw error;
        lost({ name, error });
        return [];
      }
    }),
  );
  const there = asked.flat();
  const members = newestOf(there.map((one) => one.members));
  const doubts = doubtsOf(there.map(({ found }) => found), members);
  const sound = there.filter(({ found }) => !doubts.some(({ name }) => name === found.name));
  return { doubts, members, history: mergedHistory(sound.map(({ found }) => found.releases)), sound: hosts.filter(({ name }) => sound.some(({ found }) => found.name === name)) };
}

/** A damaged history is as if there were none. */
async function recordsOf({ store }: OpenHost, suspect: boolean): Promise<Pick<Found, 'heads' | 'releases'>> {
  try {
    return { releases: await store.history(), heads: await store.heads() };
  } catch (error) {
    if (!suspect || !isStagecraftError(error) || !isDamaged(error)) throw error;
    return { releases: [], heads: new Set() };
  }
}

/** Under the lock: nothing is deployed to a host that is not the one that the others remember; and what they know of who takes part, all know. */
export async function refuseDoubtful(hosts: readonly OpenHost[], session: string, operation: string): Promise<void> {
  const { doubts, members } = await doubtsAmong(hosts);
  const [first] = doubts;
  if (first) throw doubtful(first);
  if (members.turn > 0) await Promise.all(hosts.map(({ store }) => store.putMembers(session, operation, members, 'told of by other hosts')));
}

export function doubtful({ name, is, release }: Doubt): Error {
  return fail({
    code: 'SC5112',
    kind: 'user',
    message: is === 'replaced' ? `${name} is another machine than the one that ${release} was deployed to: it has another identity, and nothing of the history.` : `${name} was set back: its journal does not have what ${release} has seen in it. What was done on it since is not known there.`,
    next: [`stagecraft hosts adopt ${name}`, 'stagecraft state pull'],
  });
}

/** The serial up to which what was seen of a host binds it no more. */
export function newestSerial(history: readonly ReleaseRecord[]): number {
  return nextSerialOf(history) - 1;
}
