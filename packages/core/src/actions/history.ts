import { isStagecraftError } from '../errors/index.js';
import { mergedHistory } from '../protocol/history.js';
import type { ReleaseRecord } from '../protocol/types.js';
import type { OpenHost } from './host.js';

/** The environment's releases by all of its hosts, newest first. */
export async function historyOf(hosts: readonly OpenHost[]): Promise<readonly ReleaseRecord[]> {
  return mergedHistory(await Promise.all(hosts.map((host) => host.store.history())));
}

/** A file of a release, from the first host that has it. */
export async function releaseFile(hosts: readonly OpenHost[], release: string, name: string): Promise<string | undefined> {
  for (const host of hosts) {
    const text = await host.store.readReleaseFile(release, name);
    if (text !== undefined) return text;
  }
  return undefined;
}

/** The host answers, and what it has is not as it was written. */
export function isDamaged(error: unknown): boolean {
  return isStagecraftError(error) && ['SC3010', 'SC3011', 'SC3012'].includes(error.code);
}
