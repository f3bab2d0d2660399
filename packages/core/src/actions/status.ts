import type { Desired, DesiredService } from '../compose/model.js';
import { servicesOf as servicesOnHost } from '../compose/render.js';
import { isStagecraftError } from '../errors/index.js';
import { observe } from '../observe/observe.js';
import type { HostObservation } from '../observe/types.js';
import { mergedHistory, servingOf } from '../protocol/history.js';
import type { LockRecord, ReleaseRecord } from '../protocol/types.js';
import type { ContainerState } from '../ports/containers.js';
import { doubtful, doubtsAmong } from './doubts.js';
import { driftOf } from './drift.js';
import { isDamaged } from './history.js';
import { lookPatienceMs, openHosts, type OpenHost } from './host.js';
import { identify } from './identity.js';
import type { Outside } from './taking-part.js';
import type { Drift, HostStatus, ServiceStatus, StatusResult, Workspace } from './types.js';
import { urlsOf } from './urls.js';

/** What runs, against what the serving release says, on all hosts side by side. A host that does not answer is part of the answer, and holds up none of the others. */
export async function status(ws: Workspace): Promise<StatusResult> {
  const identity = await identify(ws);
  const { hosts, away, outside = [] } = await openHosts(ws, identity, lookPatienceMs);
  const seen = await Promise.all(hosts.map((host) => lookAt(host, identity.composeProject)));
  const found = seen.filter((one): one is Seen => 'host' in one);
  const history = mergedHistory(found.map((one) => one.history));
  const release = servingOf(history);
  const desired = found.find(({ serving }) => serving.serving?.release === release?.id)?.serving.serving?.desired;
  const now = ws.clock.now();
  const told = await Promise.all(
    found.map(async ({ host, serving }): Promise<Told | HostStatus> => {
      const services = desired ? servicesOf(desired, serving, now) : [];
      try {
        return { services, drift: desired && release ? await driftOf(ws, host, release, desired, serving) : [], host: hostStatus(host, serving, services) };
      } catch (error) {
        // Its engine went away between two questions.
        return unreadable(host.name, error);
      }
    }),
  );
  const well = told.filter((one): one is Told => 'host' in one);
  const lost = [...[...seen, ...told].filter((one): one is HostStatus => !('host' in one)), ...away.map(({ name, error }) => unreadable(name, error))];
  const lock = found.find((one) => one.lock !== undefined)?.lock;
  const open = found.find(({ serving }) => serving.open !== undefined)?.serving.open;
  const table = found.find(({ serving }) => serving.table?.maintenance !== undefined)?.serving.table;
  const several = well.length + lost.length > 1;
  return {
    project: identity.project,
    environment: identity.environment,
    healthy: release !== undefined && lost.length === 0 && well.every(({ services }) => services.every(isWell)),
    drift: [...(await strangers(found.map(({ host }) => host), outside)), ...well.flatMap(({ drift, host }) => (several ? drift.map((one) => ({ ...one, text: `${host.name}: ${one.text}` })) : drift))],
    ...(release ? { release } : {}),
    ...(lock ? { lock } : {}),
    ...(open ? { open } : {}),
    hosts: [...well.map(({ host }) => host), ...lost, ...outside.map(({ name, host, member }) => ({ name, reachable: host !== undefined, services: [], forgotten: { since: member.since, by: member.by } }))].sort((a, b) => (a.name < b.name ? -1 : 1)),
    urls: urlsOf(desired, found.map(({ host }) => host)),
    ...(table?.maintenance ? { maintenance: { since: table.maintenance.since, by: table.maintenance.by } } : {}),
  };
}

/** Hosts that answer and are not, or no longer, what the others remember. */
async function strangers(hosts: readonly OpenHost[], outside: readonly Outside[]): Promise<readonly Drift[]> {
  const back = outside.filter(({ host }) => host !== undefined).map(({ name }) => `${name} was forgotten and answers again; nothing is done with it until: stagecraft hosts adopt ${name}`);
  const { doubts } = hosts.length > 1 ? await doubtsAmong(hosts, { lost: () => undefined }) : { doubts: [] };
  return [...back, ...doubts.map((doubt) => `${doubtful(doubt).message} stagecraft hosts adopt ${doubt.name}`)].map((text) => ({ kind: 'hosts', service: '', text }));
}

interface Seen {
  readonly host: OpenHost;
  readonly serving: HostObservation;
  readonly history: readonly ReleaseRecord[];
  readonly lock: LockRecord | undefined;
}

interface Told {
  readonly host: HostStatus;
  readonly services: readonly ServiceStatus[];
  readonly drift: readonly Drift[];
}

async function lookAt(host: OpenHost, composeProject: string): Promise<Seen | HostStatus> {
  try {
    const [seen, lock] = await Promise.all([observe(host, [], composeProject), host.store.readLock()]);
    const [serving] = seen.hosts;
    return serving ? { host, serving, history: seen.history, lock } : { name: host.name, reachable: true, services: [] };
  } catch (error) {
    return unreadable(host.name, error);
  }
}

function unreadable(name: string, error: unknown): HostStatus {
  if (!isStagecraftError(error) || error.kind !== 'external') throw error;
  return { name, reachable: isDamaged(error), error: error.message, services: [] };
}

function hostStatus({ name }: OpenHost, { engine, proxy }: HostObservation, services: readonly ServiceStatus[]): HostStatus {
  return { name, reachable: true, services, ...(engine ? { engine: engine.version } : {}), ...(proxy ? { proxy: { provider: proxy.provider, running: proxy.running } } : {}) };
}

function isWell(service: ServiceStatus): boolean {
  return service.health === 'done' || service.health === 'healthy' || service.health === 'running';
}

function servicesOf(desired: Desired, found: HostObservation, now: number): readonly ServiceStatus[] {
  return servicesOnHost(desired, found.name).map((service) => {
    const own = found.containers.filter((c) => c.service === service.name);
    const running = own.filter((c) => c.status === 'running');
    const oldest = running.flatMap((c) => (c.startedAt ? [Date.parse(c.startedAt)] : [])).sort((a, b) => a - b)[0];
    return {
      service: service.name,
      kind: service.kind,
      wanted: service.kind === 'job' ? 0 : service.replicas,
      running: running.length,
      healthy: running.filter((c) => c.health === undefined || c.health === 'healthy').length,
      version: versionOf(service.image.reference),
      image: service.image.id ?? '',
      release: (running[0] ?? own.at(-1))?.labels['stagecraft.release'] ?? '',
      health: healthOf(service, own, running),
      ...(oldest === undefined ? {} : { uptimeMs: Math.max(0, now - oldest) }),
    };
  });
}

function versionOf(reference: string): string {
  const [name = ''] = reference.split('@');
  const tag = name.slice(name.lastIndexOf('/') + 1).split(':')[1];
  return tag ?? 'latest';
}

function healthOf(service: DesiredService, own: readonly ContainerState[], running: readonly ContainerState[]): ServiceStatus['health'] {
  if (service.kind === 'job') {
    const last = own.at(-1);
    if (!last) return 'done';
    return last.status === 'running' ? 'running' : last.exitCode === 0 ? 'done' : 'failed';
  }
  if (own.length === 0) return 'absent';
  if (running.length < service.replicas) return running.length === 0 ? 'stopped' : 'unhealthy';
  if (running.some((c) => c.health === 'unhealthy')) return 'unhealthy';
  if (running.some((c) => c.health === 'starting')) return 'starting';
  return running.some((c) => c.health === 'healthy') ? 'healthy' : 'running';
}
