import type { Desired, DesiredService } from '../compose/model.js';
import type { HostObservation, Observation } from '../observe/types.js';
import type { RouteTable } from '../plugin-api/route.js';
import { claimsOf } from '../rollout/claims.js';
import { byNumber, foundOf, runs, type Found } from '../rollout/found.js';
import { emptyTable, targetName } from '../routes/table.js';
import type { PlanInput } from './types.js';

/** A host as the planner sees it. Without a live engine it is what the record of the serving release says that should be there. */
export interface HostView {
  readonly name: string;
  readonly live: boolean;
  /** Nothing is known: neither an engine's word nor a record. */
  readonly blind: boolean;
  /** By service, in order of their numbers. */
  readonly found: ReadonlyMap<string, readonly Found[]>;
  readonly table: RouteTable;
  /** Something that runs is on the edge: it is there, and whoever made it joined the proxy to it. */
  readonly edgeSeen: boolean;
  readonly release: string | undefined;
  readonly version: string | undefined;
  readonly serving: Desired | undefined;
  /** Services of the serving release that run on this host, by name. */
  readonly services: ReadonlyMap<string, DesiredService>;
  readonly volumes: readonly string[];
  readonly images: Readonly<Record<string, string>>;
  readonly proxy: HostObservation['proxy'];
}

/** Every host that is wanted, sorted by name. */
export function viewHosts(input: PlanInput): readonly HostView[] {
  const { desired, observation } = input;
  const names = [...new Set([...desired.hosts.map((host) => host.name), ...observation.hosts.map((host) => host.name)])].sort();
  return names.map((name) => viewHost(name, desired, observation));
}

/** The name of the environment's own network, which the proxy joins. */
export function edgeOf(desired: Pick<Desired, 'composeProject'>): string {
  return `${desired.composeProject}-edge`;
}

/** A host without roles runs everything; role `app` runs on every host. */
export function runsOn(desired: Desired, service: DesiredService, host: string): boolean {
  if (service.kind === 'external') return false;
  // Driver `local` lists no host: this machine is the only one.
  if (desired.hosts.length === 0) return true;
  const placed = desired.hosts.find((h) => h.name === host);
  if (!placed) return false;
  return service.role === 'app' || placed.roles.length === 0 || placed.roles.includes(service.role);
}

function viewHost(name: string, desired: Desired, observation: Observation): HostView {
  const seen = observation.hosts.find((host) => host.name === name);
  const serving = seen?.serving?.desired;
  const services = new Map((serving?.services ?? []).filter((service) => serving && runsOn(serving, service, name)).map((service) => [service.name, service]));
  const live = observation.basis === 'live';
  const newest = observation.history.find((record) => record.outcome === 'completed');
  const release = seen?.serving?.release ?? (live ? undefined : newest?.id);
  const edge = edgeOf(desired);
  const found = live
    ? (seen?.containers ?? []).map((c) => foundOf(c, edge)).filter((c) => c !== undefined)
    : release === undefined
      ? []
      : assumedContainers(desired, name, release, serving, services, newest?.images ?? {});
  const byService = new Map<string, Found[]>();
  for (const c of [...found].sort(byNumber)) {
    const known = byService.get(c.service);
    if (known) known.push(c);
    else byService.set(c.service, [c]);
  }
  const empty = emptyTable(desired.project, desired.environment);
  return {
    name,
    live,
    blind: !live && release === undefined,
    found: byService,
    table: live ? (seen?.table ?? empty) : assumedTable(empty, serving, found),
    edgeSeen: found.some((c) => c.onEdge && runs(c)),
    release,
    version: seen?.serving?.version ?? (live ? undefined : newest?.version),
    serving,
    services,
    volumes: seen?.volumes ?? [],
    images: seen?.images ?? {},
    proxy: seen?.proxy,
  };
}

/** What a record says should run; a record without its model tells the names of the services only. */
function assumedContainers(desired: Desired, host: string, release: string, serving: Desired | undefined, services: ReadonlyMap<string, DesiredService>, images: Readonly<Record<string, unknown>>): readonly Found[] {
  const known = serving ? [...services.values()] : desired.services.filter((service) => service.name in images && runsOn(desired, service, host));
  const model = serving ?? desired;
  return known
    .filter((service) => service.kind === 'service' || service.kind === 'data')
    .flatMap((service) => {
      const routed = model.routes.some((route) => route.service === service.name);
      return Array.from({ length: service.replicas }, (_, k): Found => {
        const name = `${model.composeProject}-${service.name}-${k + 1}`;
        return {
          id: name,
          name,
          service: service.name,
          number: k + 1,
          release,
          status: 'running',
          restartPolicy: 'always',
          createdAt: '',
          onEdge: routed,
          aliases: routed ? [targetName(service.name, release, k + 1)] : [],
          holdsData: service.kind === 'data',
          named: typeof service.definition['container_name'] === 'string',
          claims: claimsOf(model, service),
          assumed: true,
        };
      });
    });
}

function assumedTable(empty: RouteTable, serving: Desired | undefined, found: readonly Found[]): RouteTable {
  const routes = (serving?.routes ?? []).filter((route) => found.some((c) => c.service === route.service)).map(({ location: _, ...route }) => route);
  const targets = routes.flatMap((route) => found.filter((c) => c.service === route.service).flatMap((c) => c.aliases.map((id) => ({ id, service: c.service, port: route.port, state: 'in' as const }))));
  const unique = new Map(targets.map((target) => [`${target.id} ${target.port}`, target]));
  return { ...empty, routes, targets: [...unique.values()] };
}
