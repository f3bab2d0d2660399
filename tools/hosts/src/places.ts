import { join } from 'node:path';
import { places } from '@stagecraft-tools/engine/parts';

/** Where the hosts keep their things. There is one set of hosts a machine, so none of it is a user's own but the cache. */
export interface HostPlaces {
  /** The root filesystems, kept. */
  readonly roots: string;
  /** A folder a host and the state of the set: gone when the hosts are. */
  readonly state: string;
  /** Held by the kernel's lock while hosts are made or removed. It is there before us and stays after us. */
  readonly lock: string;
}

export function hostPlaces(env: NodeJS.ProcessEnv = process.env): HostPlaces {
  return { roots: join(places(env).cache, '..', 'hosts', 'roots'), state: '/var/tmp/stagecraft-hosts', lock: '/var/tmp' };
}

export function folderOf(places: HostPlaces, name: string): string {
  return join(places.state, name);
}
