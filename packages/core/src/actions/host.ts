import type { Duplex } from 'node:stream';
import { accessTo, engineBy } from '../adapters/engine.js';
import { hostFiles, isWritableFolder } from '../adapters/host-files.js';
import { registryBy } from '../adapters/registry.js';
import { localShell } from '../adapters/shell.js';
import type { HostSettings, Settings } from '../config/types.js';
import { fail, isStagecraftError } from '../errors/index.js';
import { localRoot } from '../hosts/local.js';
import { hostLeftOut } from '../io/catalogue/protocol.js';
import { scopeOf } from '../hosts/scope-of.js';
import type { Scope } from '../hosts/scope.js';
import type { Finding } from '../plugin-api/failure.js';
import type { HostFiles } from '../plugin-api/host.js';
import type { Containers } from '../ports/containers.js';
import type { Registry } from '../ports/registry.js';
import type { Shell } from '../ports/shell.js';
import type { SshHost, SshTarget } from '../ports/ssh.js';
import { createStore, type EnvironmentStore } from '../protocol/store.js';
import { maskedStore } from '../secrets/masked-store.js';
import { noneAnswers } from './ask-each.js';
import { refuseFindings } from './findings.js';
import { keptValues } from './kept-secrets.js';
import { localSocket } from './socket.js';
import { reach, targetOf } from './ssh-host.js';
import { takingPart, type Outside } from './taking-part.js';
import type { Workspace } from './types.js';

/** Which environment is meant, and where it is: enough to open its host. */
export type Identity = Pick<Settings, 'project' | 'environment' | 'composeProject' | 'driver' | 'hosts'> & { readonly rollout?: Pick<Settings['rollout'], 'unreachableMs'> };

/** A host that is within reach: its engine, its shell, its state. Opening it changes nothing. */
export interface OpenHost {
  readonly name: string;
  readonly scope: Scope;
  readonly containers: Containers;
  /** What its engine brings from registries; absent where the engine is simulated. */
  readonly registry?: Registry;
  readonly shell: Shell;
  readonly files: HostFiles;
  readonly store: EnvironmentStore;
  readonly bootId: string;
  /** Where it is reached; absent where that is this machine. */
  readonly address?: string;
  /** Connects to a port of its loopback; absent where that is this machine's. */
  readonly dial?: (port: number) => Promise<Duplex>;
  /** Brings a file of this machine there; absent where that is this machine. */
  readonly upload?: SshHost['upload'];
  /** As whom and where SSH reaches it; absent where that is this machine. */
  readonly target?: SshTarget;
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
  /** Those of the config that were forgotten, by name; absent: none was. */
  readonly outside?: readonly Outside[];
}

/** Who only looks is not kept waiting for a host whose connection breaks, milliseconds. */
export const lookPatienceMs = 5_000;

/** Every host of an environment, those that do not answer apart. @throws StagecraftError `user` for drivers that this version does not deploy by, and for hosts whose keys are not to be trusted. */
export async function openHosts(ws: Workspace, settings: Identity, patienceMs = settings.rollout?.unreachableMs): Promise<Hosts> {
  return takingPart(ws.world ? await ws.world.openHosts(settings) : await reachAll(ws, settings, patienceMs));
}

async function reachAll(ws: Workspace, settings: Identity, patienceMs: number | undefined): Promise<Hosts> {
  if (settings.driver !== 'ssh') return { hosts: [await openHost(ws, settings)], away: [] };
  const refused: Finding[] = [];
  const found = await Promise.all(
    settings.hosts.map(async (host): Promise<OpenHost | Away> => {
      try {
        return await overSsh(ws, settings, host, patienceMs);
      } catch (error) {
        if (!isStagecraftError(error) || (error.kind !== 'external' && error.kind !== 'user')) throw error;
        // Whoever adds keys of hosts adds them all at once.
        if (error.kind === 'user') refused.push({ severity: 'error', code: error.code, message: error.message, next: error.next, location: error.location ?? host.location });
        return { name: host.name, error };
      }
    }),
  );
  refuseFindings(refused.sort((a, b) => (a.message < b.message ? -1 : 1)));
  return { hosts: found.filter((one): one is OpenHost => 'store' in one), away: found.filter((one): one is Away => !('store' in one)) };
}

/** All hosts of an environment, for what needs every one of them. @throws StagecraftError `external` that names those that do not answer. */
export async function allHosts(ws: Workspace, settings: Identity): Promise<readonly OpenHost[]> {
  const { hosts, away, outside = [] } = await openHosts(ws, settings);
  for (const { name, member, host } of outside) ws.io.event(hostLeftOut({ host: name, since: member.since, by: member.by, answers: host !== undefined }));
  if (away.length === 0) return hosts;
  throw noneAnswers(away);
}

/** The first host of an environment; of driver `local`, this machine. @throws StagecraftError `user` for environments of drivers that this version does not deploy by. */
export async function openHost(ws: Workspace, settings: Identity): Promise<OpenHost> {
  const [first] = settings.hosts;
  if (settings.driver === 'ssh' && first) return overSsh(ws, settings, first);
  if (settings.driver !== 'local') throw notYet(settings);
  const shell = localShell({ env: ws.processEnv });
  const files = hostFiles(shell);
  const place = await localRoot(ws.processEnv, { isWritableFolder });
  const scope = scopeOf({ ...place, project: settings.project, environment: settings.environment, composeProject: settings.composeProject });
  const access = accessTo(localSocket(ws.processEnv));
  const containers = engineBy(access);
  const store = await storeOf(ws, { shell, scope, files });
  return { name: hostName(settings), scope, containers, registry: registryBy(access), shell, files, store, bootId: await store.bootId() };
}

/**
 * This machine, for what runs programs of the operator on the host's engine. @param what the command, for the error.
 * @throws StagecraftError `user` for hosts over SSH, which it does not reach yet.
 */
export async function localHost(ws: Workspace, settings: Identity, what: string): Promise<OpenHost> {
  if (settings.driver === 'ssh') {
    const [first] = settings.hosts;
    const at = first && `${first.user === undefined ? '' : `${first.user}@`}${first.address ?? first.name}`;
    throw fail({ code: 'SC5009', kind: 'user', message: `\`stagecraft ${what}\` works on this machine only (driver: local), and ${settings.environment} has hosts over SSH.`, next: [`On the host itself: ssh ${at ?? 'HOST'}`, 'stagecraft status'] });
  }
  return openHost(ws, settings);
}

async function overSsh(ws: Workspace, settings: Identity, host: HostSettings, patienceMs = settings.rollout?.unreachableMs): Promise<OpenHost> {
  if (!ws.ssh) throw notYet(settings);
  const { place, shell, files, ...rest } = await reach(ws.ssh, host, ws.processEnv, patienceMs);
  const scope = scopeOf({ ...place, project: settings.project, environment: settings.environment, composeProject: settings.composeProject });
  return { name: host.name, address: host.address ?? host.name, target: targetOf(host), scope, shell, files, ...rest, store: await storeOf(ws, { shell, scope, files }, host.name) };
}

async function storeOf(ws: Workspace, place: { readonly shell: Shell; readonly scope: Scope; readonly files: HostFiles }, host?: string): Promise<EnvironmentStore> {
  const store = maskedStore(createStore({ ...place, clock: ws.clock, ...(host === undefined ? {} : { host }) }), (text) => ws.io.mask?.(text) ?? text);
  // Whatever is shown of this host from now on may have come from a container that knows them.
  ws.io.hide?.(await keptValues(store));
  return store;
}

export function hostName(settings: Pick<Identity, 'hosts'>): string {
  return settings.hosts[0]?.name ?? 'local';
}

function notYet(settings: Identity): Error {
  const names = settings.hosts.map((host) => host.name).join(', ');
  return fail({
    code: 'SC5003',
    kind: 'user',
    message: `Environment ${settings.environment} has driver ${settings.driver}${names ? ` (hosts ${names})` : ''}: this version plans such environments, and deploys to hosts over SSH (driver: ssh) and to the engine of this machine (driver: local).`,
    next: [`stagecraft plan --env ${settings.environment}`, 'Set driver: local and take its hosts out, to deploy to this machine.'],
    ...(settings.hosts[0] ? { location: settings.hosts[0].location } : {}),
  });
}
