import type { Desired } from '../compose/model.js';
import { fail } from '../errors/index.js';
import { noneAnswers } from './ask-each.js';
import type { Hosts, OpenHost } from './host.js';
import { loadSettings } from './settings.js';
import { leftOut } from './task-hosts.js';
import type { OneOffOptions, Workspace } from './types.js';

export interface OneOffHost {
  readonly host: OpenHost;
  /** What whoever named no host must know of the choice. */
  readonly notes: readonly string[];
}

/**
 * The host that a one-off container runs on: one that has the service, for there are its networks, volumes and image; of several that answer the first by name.
 * @throws StagecraftError `user` where the host that is named does not have it, `external` where those that have it do not answer.
 */
export async function oneOffHost(ws: Workspace, { hosts, away }: Hosts, desired: Desired, options: Pick<OneOffOptions, 'service' | 'host'>): Promise<OneOffHost> {
  const having = desired.hosts.length === 0 ? undefined : await hostsOf(ws, desired, options.service);
  const fits = ({ name }: { readonly name: string }): boolean => having === undefined || having.includes(name);
  const fitting = hosts.filter(fits);
  const [host] = fitting;
  if (!host) throw away.some(fits) ? noneAnswers(away.filter(fits)) : fail({ code: 'SC5161', kind: 'user', message: `${options.service} is not of ${hosts.map(({ name }) => name).join(', ')}: its networks and its image are not there.`, next: [`Hosts that have it: ${having?.join(', ') ?? ''}`, `stagecraft run ${options.service} -- COMMAND`] });
  if (options.host !== undefined) return { host, notes: [] };
  const several = fitting.length > 1 ? [`${options.service} is on ${fitting.map(({ name }) => name).join(', ')}; this runs on ${host.name} (another: --host NAME)`] : [];
  return { host, notes: [...leftOut(away.filter(fits)), ...several] };
}

/** Names of the hosts that have its role; one of a profile that is off is in no release, and the config says its role. */
async function hostsOf(ws: Workspace, desired: Desired, name: string): Promise<readonly string[]> {
  const role = desired.services.find((service) => service.name === name)?.role ?? (await loadSettings(ws).then(({ settings }) => settings.services[name]?.role, () => undefined)) ?? 'app';
  return desired.hosts.filter(({ roles }) => role === 'app' || roles.length === 0 || roles.includes(role)).map((host) => host.name);
}
