import { fail, isStagecraftError } from '../errors/index.js';
import { holdsOpen } from '../io/catalogue/phases.js';
import { readServing } from './cache.js';
import type { Identity } from './host.js';
import { loadSettings } from './settings.js';
import type { Workspace } from './types.js';

/**
 * The environment by `stagecraft.yml`, or, where that is gone or broken, by the project's cache of the last deploy: what was deployed can be looked at and
 * rolled back without the files that described it.
 * @throws StagecraftError what is wrong with the config, when the cache does not help either.
 */
export async function identify(ws: Workspace): Promise<Identity> {
  try {
    return (await loadSettings(ws)).settings;
  } catch (error) {
    if (!isStagecraftError(error) || error.kind !== 'user') throw error;
    const known = await readServing(ws);
    const names = Object.keys(known).sort();
    const environment = ws.environment ?? (names.length === 1 ? names[0] : undefined);
    const identity = environment === undefined ? undefined : known[environment]?.identity;
    if (!identity) throw error;
    ws.io.event(holdsOpen({ text: `${ws.config} cannot be used (${error.message.split('\n', 1)[0] ?? ''}); going by what was deployed last.` }));
    return identity;
  }
}

/** @throws StagecraftError `user` when the environment was never deployed. */
export function neverDeployed(identity: Identity): Error {
  return fail({ code: 'SC5011', kind: 'user', message: `${identity.project} was never deployed to ${identity.environment}.`, next: [`stagecraft deploy --env ${identity.environment}`] });
}
