import { engineAt } from '../adapters/engine.js';
import { hostFiles, isWritableFolder } from '../adapters/host-files.js';
import { localShell } from '../adapters/shell.js';
import type { Settings } from '../config/types.js';
import { fail, isStagecraftError } from '../errors/index.js';
import { localRoot } from '../hosts/local.js';
import { scopeOf } from '../hosts/scope-of.js';
import type { Scope } from '../hosts/scope.js';
import type { HostFiles } from '../plugin-api/host.js';
import type { Containers } from '../ports/containers.js';
import type { Shell } from '../ports/shell.js';
import { createStore, type EnvironmentStore } from '../protocol/store.js';
import { maskedStore } from '../secrets/masked-store.js';
import { keptValues } from './kept-secrets.js';
import { localSocket } from './socket.js';
import type { Workspace } from './types.js';

/** Which environment is meant, and where it is: enough to open its host. */
export type Identity = Pick<Settings, 'project' | 'environment' | 'composeProject' | 'driver' | 'hosts'>;

/** A host that is within reach: its engine, its shell, its state. Opening it changes nothing. */
export interface OpenHost {
  readonly name: string;
  readonly scope: Scope;
  readonly containers: Containers;
  readonly shell: Shell;
  readonly files: HostFiles;
  readonly store: EnvironmentStore;
  readonly bootId: string;
}

/** A host that did not answer. */
export interface Away {
  readonly name: string;
  readonly error: unknown;
}

/** The hosts of an environment: those within reach, and those that are not. */
export interface Hosts {
  readonly hosts: readonly OpenHost[];
  readonly away: readonly Away[];
}

/** Every host of an environment. @throws StagecraftError `user` for drivers that this version does not deploy by. */
export async function openHosts(ws: Workspace, settings: Identity): Promise<Hosts> {
  return ws.world ? ws.world.openHosts(settings) : { hosts: [await openHost(ws, settings)], away: [] };
}

/** All hosts of an environment, for what needs every one of them. @throws StagecraftError `external` that names those that do not answer. */
export async function allHosts(ws: Workspace, settings: Identity): Promise<readonly OpenHost[]> {
  const { hosts, away } = await openHosts(ws, settings);
  const [first] = away;
  if (!first) return hosts;
  throw fail({
    code: 'SC5006',
    kind: 'external',
    message: `${away.map(({ name }) => name).join(', ')} cannot be reached: ${(first.error as Error).message}`,
    next: isStagecraftError(first.error) ? first.error.next : ['stagecraft status'],
    cause: first.error,
  });
}

/** The one host of driver `local`: this machine. @throws StagecraftError `user` for environments of other drivers. */
export async function openHost(ws: Workspace, settings: Identity): Promise<OpenHost> {
  if (settings.driver !== 'local') throw notYet(settings);
  const shell = localShell({ env: ws.processEnv });
  const files = hostFiles(shell);
  const place = await localRoot(ws.processEnv, { isWritableFolder });
  const scope = scopeOf({ ...place, project: settings.project, environment: settings.environment, composeProject: settings.composeProject });
  const containers = engineAt(localSocket(ws.processEnv));
  const store = maskedStore(createStore({ shell, scope, clock: ws.clock, files }), (text) => ws.io.mask?.(text) ?? text);
  // Whatever is shown of this host from now on may have come from a container that knows them.
  ws.io.hide?.(await keptValues(store));
  return { name: hostName(settings), scope, containers, shell, files, store, bootId: await store.bootId() };
}

export function hostName(settings: Pick<Identity, 'hosts'>): string {
  return settings.hosts[0]?.name ?? 'local';
}

function notYet(settings: Identity): Error {
  const names = settings.hosts.map((host) => host.name).join(', ');
  return fail({
    code: 'SC5003',
    kind: 'user',
    message: `Environment ${settings.environment} has driver ${settings.driver}${names ? ` (hosts ${names})` : ''}: this version plans such environments, but only deploys to the engine of this machine (driver: local).`,
    next: [`stagecraft plan --env ${settings.environment}`, 'Set driver: local and take its hosts out, to deploy to this machine.'],
    ...(settings.hosts[0] ? { location: settings.hosts[0].location } : {}),
  });
}
