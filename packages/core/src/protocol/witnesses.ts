import { boundAfter, type Members } from './members.js';
import type { ReleaseRecord } from './types.js';

/** A host as it is found. */
export interface Found {
  readonly name: string;
  readonly identity: string;
  /** Digests of all records of its journal. */
  readonly heads: ReadonlySet<string>;
  readonly releases: readonly ReleaseRecord[];
}

/** A host that is not the one that the others remember. */
export interface Doubt {
  readonly name: string;
  readonly is: 'replaced' | 'rewound';
  /** The release whose record says so. */
  readonly release: string;
}

/**
 * Holds every host against what closed records anywhere say of it. A known name with an identity that nobody has seen is another machine; a journal that lacks
 * what a record has seen in it was set back.
 */
export function doubtsOf(found: readonly Found[], members: Members): readonly Doubt[] {
  const closed = [...new Map(found.flatMap(({ releases }) => releases).filter(({ outcome }) => outcome !== 'open').map((release) => [release.id, release])).values()].sort((a, b) => b.serial - a.serial);
  const adopted = Object.values(members.hosts).flatMap(({ is, identity }) => (is === 'adopted' && identity !== undefined ? [identity] : []));
  const seen = new Set([...adopted, ...closed.flatMap(({ hosts = {} }) => Object.values(hosts).map(({ identity }) => identity))]);
  return found.flatMap(({ name, identity, heads }): readonly Doubt[] => {
    const named = closed.find(({ hosts = {} }) => hosts[name] !== undefined);
    if (named && !seen.has(identity)) return [{ name, is: 'replaced', release: named.id }];
    const after = boundAfter(members, identity);
    const lost = closed.find(({ serial, hosts = {} }) => serial > after && Object.values(hosts).some((host) => host.identity === identity && !heads.has(host.head)));
    return lost ? [{ name, is: 'rewound', release: lost.id }] : [];
  });
}
