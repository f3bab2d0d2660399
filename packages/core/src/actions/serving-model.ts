import type { Desired } from '../compose/model.js';
import { fail } from '../errors/index.js';
import { servingOf } from '../protocol/history.js';
import type { ReleaseRecord } from '../protocol/types.js';
import { historyOf, releaseFile } from './history.js';
import type { Identity, OpenHost } from './host.js';
import { neverDeployed } from './identity.js';

/** The release that serves, with its sealed model. @throws StagecraftError `user` where nothing was deployed, `external` where the hosts lost the model. */
export async function servingModel(hosts: readonly OpenHost[], identity: Identity): Promise<{ readonly release: ReleaseRecord; readonly desired: Desired }> {
  const release = servingOf(await historyOf(hosts));
  if (!release) throw neverDeployed(identity);
  return { release, desired: await readModel(hosts, release.id) };
}

/** The sealed model of a release. @throws StagecraftError `external` where no host has it. */
export async function readModel(hosts: readonly OpenHost[], release: string): Promise<Desired> {
  const text = await releaseFile(hosts, release, 'model.json');
  if (text === undefined) throw fail({ code: 'SC5013', kind: 'external', message: `The sealed model of ${release} is not on ${hosts.map((host) => host.name).join(', ')} (any more).`, next: ['stagecraft releases list'] });
  return JSON.parse(text) as Desired;
}
