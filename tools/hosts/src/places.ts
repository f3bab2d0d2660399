import { join } from 'node:path';
import { places } from '@stagecraft-tools/engine/parts';

/**
 * The name of a set of hosts. There is one a machine; who keeps network namespaces of their own, which the addresses of hosts need,
 * has a set in each by `STAGECRAFT_HOSTS_SET`.
 */
export const SET = `stagecraft-hosts${process.env['STAGECRAFT_HOSTS_SET'] ?? ''}`;

/** Where the hosts keep their things. None of it is a user's own but the cache. */
export interface HostPlaces {
  /** The root filesystems, kept. */
  readonly roots: string;
  /** Packages for hosts that cannot reach a distribution, kept. */
  readonly packages: string;
  /** A folder a host and the state of the set: gone when the hosts are. */
  readonly state: string;
  /** Held by the kernel's lock while hosts are made or removed. It is there before us and stays after us. */
  readonly lock: string;
}

export function hostPlaces(env: NodeJS.ProcessEnv = process.env): HostPlaces {
  return { roots: join(places(env).cache, '..', 'hosts', 'roots'), packages: join(places(env).cache, '..', 'hosts', 'packages'), state: `/var/tmp/${SET}`, lock: '/var/tmp' };
}

export function folderOf(places: HostPlaces, name: string): string {
  return join(places.state, name);
}
