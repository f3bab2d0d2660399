import type { Desired, DesiredService } from '../compose/model.js';
import { isStagecraftError } from '../errors/index.js';
import { observe } from '../observe/observe.js';
import type { HostObservation } from '../observe/types.js';
import { servingOf } from '../protocol/history.js';
import type { ContainerState } from '../ports/containers.js';
import { driftOf } from './drift.js';
import { hostName, openHost } from './host.js';
import { identify } from './identity.js';
import type { ServiceStatus, StatusResult, Workspace } from './types.js';
import { urlsOf } from './urls.js';

/** What runs, against what the serving release says. A host that does not answer is part of the answer. */
export async function status(ws: Workspace): Promise<StatusResult> {
  const identity = await identify(ws);
  const base = { project: identity.project, environment: identity.environment };
  const host = await openHost(ws, identity);
  try {
    const [seen, lock] = await Promise.all([observe(host, [], identity.composeProject), host.store.readLock()]);
    const release = servingOf(seen.history);
    const [found] = seen.hosts;
    if (!found) return { ...base, healthy: false, drift: [], hosts: [], urls: [] };
    const desired = found.serving?.desired;
    const services = desired ? servicesOf(desired, found, ws.clock.now()) : [];
    const drift = desired && release ? await driftOf(ws, host, release, desired, found) : [];
    return {
      ...base,
      healthy: release !== undefined && services.every(isWell),
      drift,
      ...(release ? { release } : {}),
      ...(lock ? { lock } : {}),
      ...(found.open ? { open: found.open } : {}),
      hosts: [{ name: host.name, reachable: true, services, ...(found.engine ? { engine: found.engine.version } : {}), ...(found.proxy ? { proxy: { provider: found.proxy.provider, running: found.proxy.running } } : {}) }],
      urls: urlsOf(desired),
      ...(found.table?.maintenance ? { maintenance: { since: found.table.maintenance.since, by: found.table.maintenance.by } } : {}),
    };
  } catch (error) {
    if (!isStagecraftError(error) || error.kind !== 'external') throw error;
    return { ...base, healthy: false, drift: [], hosts: [{ name: hostName(identity), reachable: false, error: error.message, services: [] }], urls: [] };
  }
}

function isWell(service: ServiceStatus): boolean {
  return service.health === 'done' || service.health === 'healthy' || service.health === 'running';
}

function servicesOf(desired: Desired, found: HostObservation, now: number): readonly ServiceStatus[] {
  return desired.services
    .filter((service) => service.kind !== 'external')
    .map((service) => {
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
