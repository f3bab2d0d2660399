import type { OpenHost } from './host.js';

/** The environment's key for digests of values, as its hosts have it; undefined before its first operation. */
export async function readKey(hosts: readonly OpenHost[]): Promise<string | undefined> {
  return (await Promise.all(hosts.map((host) => host.store.readKey()))).find((key) => key !== undefined);
}

/** Makes it where no host has it, and gives it to those that lack it: digests of one value are the same on all hosts. */
export async function ensureKey(hosts: readonly OpenHost[], anchor: OpenHost): Promise<void> {
  const known = hosts.length > 1 ? await readKey(hosts) : undefined;
  const key = await anchor.store.key(known);
  await Promise.all(hosts.filter((host) => host !== anchor).map((host) => host.store.key(key)));
}
