import type { Desired } from '../compose/model.js';
import type { Scope } from '../hosts/scope.js';
import type { HostFiles } from '../plugin-api/host.js';
import type { RouteTable } from '../plugin-api/route.js';
import type { Containers } from '../ports/containers.js';
import { mergedHistory, servingOf } from '../protocol/history.js';
import type { OpenRecord, ReleaseRecord } from '../protocol/types.js';
import type { HostObservation, Observation } from './types.js';

/** What observing a host reads. Nothing of it is changed. */
export interface Observed {
  readonly name: string;
  readonly scope: Scope;
  readonly containers: Containers;
  readonly files: HostFiles;
  readonly store: {
    readIdentity(): Promise<string | undefined>;
    readOpen(): Promise<OpenRecord | undefined>;
    history(): Promise<readonly ReleaseRecord[]>;
    readReleaseFile(id: string, name: string): Promise<string | undefined>;
  };
}

/**
 * Asks a host what is there, all questions side by side.
 * @param references of images to look for; a promise where they are not known yet: nothing else waits for them.
 * @throws StagecraftError `external` when its engine does not answer, and whatever `references` throws.
 */
export async function observe(host: Observed, references: readonly string[] | Promise<readonly string[]>, composeProject: string): Promise<Observation> {
  const releases = host.store.history();
  const [engine, containers, volumes, images, identity, open, history, serving, table, proxy] = await Promise.all([
    host.containers.info(),
    host.containers.list({ 'com.docker.compose.project': composeProject }),
    host.containers.volumes({ 'com.docker.compose.project': composeProject }),
    imageIds(host.containers, references),
    host.store.readIdentity(),
    host.store.readOpen(),
    releases,
    servingRelease(host, releases),
    readTable(host),
    runningProxy(host),
  ]);
  const seen: HostObservation = {
    name: host.name,
    reachable: true,
    engine,
    containers,
    volumes: volumes.map((volume) => volume.name),
    images,
    ...(identity === undefined ? {} : { identity }),
    ...(open ? { open } : {}),
    ...(serving ? { serving } : {}),
    ...(table ? { table } : {}),
    ...(proxy ? { proxy } : {}),
  };
  return { basis: 'live', hosts: [seen], history };
}

/** Asks all hosts of an environment, side by side. */
export async function observeAll(hosts: readonly Observed[], references: readonly string[] | Promise<readonly string[]>, composeProject: string): Promise<Observation> {
  const seen = await Promise.all(hosts.map((host) => observe(host, references, composeProject)));
  return { basis: 'live', hosts: seen.flatMap((one) => one.hosts).sort((a, b) => (a.name < b.name ? -1 : 1)), history: mergedHistory(seen.map((one) => one.history)) };
}

/** The sealed model of what serves, by the first host that has it. */
export function servingDesired({ hosts }: Observation): Desired | undefined {
  return hosts.find((host) => host.serving !== undefined)?.serving?.desired;
}

/** What a plan can know without a network: the serving release of the local cache, or nothing. */
export function recorded(hosts: readonly string[], history: readonly ReleaseRecord[], serving: { release: string; version: string; desired: Desired } | undefined): Observation {
  const unseen = (name: string): HostObservation => ({ name, reachable: false, containers: [], volumes: [], images: {}, ...(serving ? { serving } : {}) });
  return { basis: serving || history.length > 0 ? 'record' : 'none', hosts: [...hosts].sort().map(unseen), history };
}

async function imageIds(containers: Containers, references: readonly string[] | Promise<readonly string[]>): Promise<Record<string, string>> {
  const found = await Promise.all([...new Set(await references)].sort().map(async (reference) => [reference, (await containers.image(reference))?.id] as const));
  return Object.fromEntries(found.flatMap(([reference, id]) => (id === undefined ? [] : [[reference, id]])));
}

async function servingRelease(host: Observed, history: Promise<readonly ReleaseRecord[]>): Promise<HostObservation['serving']> {
  const release = servingOf(await history);
  const model = release && (await host.store.readReleaseFile(release.id, 'model.json'));
  return release && model ? { release: release.id, version: release.version, desired: JSON.parse(model) as Desired } : undefined;
}

async function readTable(host: Observed): Promise<RouteTable | undefined> {
  const text = await host.files.read(tablePath(host.scope));
  return text === undefined ? undefined : (JSON.parse(text) as RouteTable);
}

/** Where the table that the proxy's files say stands as data, for this project and environment. */
export function tablePath(scope: Scope): string {
  const [environment, project] = scope.folder.split('/').reverse();
  return `${scope.root}/proxy/tables/${project}-${environment}.json`;
}

async function runningProxy(host: Observed): Promise<HostObservation['proxy']> {
  const found = (await host.containers.list({ 'com.docker.compose.project': host.scope.proxyProject })).at(0);
  const provider = found?.labels['stagecraft.proxy'];
  return found && provider ? { provider, running: found.status === 'running', digest: found.labels['stagecraft.digest'] ?? '' } : undefined;
}
