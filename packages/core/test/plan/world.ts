import type { Desired, DesiredService, Obstacle } from '../../src/compose/model.js';
import { serviceDigest } from '../../src/compose/digest.js';
import { seal, type SealInput } from '../../src/plan/draft.js';
import type { HostObservation, Observation } from '../../src/observe/types.js';
import type { PlanInput, SealedPlan, Step } from '../../src/plan/types.js';
import type { Route, RouteTable } from '../../src/plugin-api/route.js';
import type { ContainerState } from '../../src/ports/containers.js';
import { sameTable } from '../../src/routes/table.js';

/** A service of the Compose file, at a line of its own. */
export function service(name: string, over: Partial<DesiredService> = {}): DesiredService {
  const image = over.build ? `shop-${name}:v1` : `${name}:1`;
  return {
    name,
    kind: 'service',
    role: 'app',
    replicas: 1,
    singleton: false,
    location: at(10),
    definition: { restart: 'always' },
    dependsOn: [],
    image: { reference: image, id: `sha256:${name}-1` },
    variables: [],
    valuesDigest: 'values-1',
    files: [],
    healthcheck: true,
    healthTimeoutMs: 60_000,
    settleMs: 5_000,
    drainMs: 30_000,
    stopGraceMs: 10_000,
    obstacles: [],
    routed: false,
    ...over,
  };
}

export function built(name: string, id: string | undefined, over: Partial<DesiredService> = {}, version = 'v1'): DesiredService {
  const build = { context: '.', args: [], labels: {}, platforms: [], services: [name], provider: 'generic', config: {} };
  return service(name, { build, ...over, image: { reference: `shop-${name}:${version}`, ...(id === undefined ? {} : { id }) } });
}

export function at(line: number, file = 'docker-compose.yml'): { readonly file: string; readonly line: number; readonly column: number } {
  return { file, line, column: 5 };
}

export function obstacle(kind: Obstacle['kind'], reason: string, line: number, blocks = true): Obstacle {
  return { kind, reason, location: at(line), blocks };
}

export function dependsOn(...names: readonly string[]): DesiredService['dependsOn'] {
  return names.map((name) => ({ service: name, condition: 'service_healthy', required: true, restart: false }));
}

export function desired(services: readonly DesiredService[], routes: readonly Route[] = [], over: Partial<Desired> = {}): Desired {
  const routed = new Set(routes.map((route) => route.service));
  return {
    format: 1,
    project: 'shop',
    environment: 'prod',
    composeProject: 'shop-prod',
    driver: 'local',
    services: [...services].map((s) => ({ ...s, routed: routed.has(s.name) })).sort((a, b) => (a.name < b.name ? -1 : 1)),
    networks: {},
    volumes: {},
    configs: {},
    secrets: {},
    routes: routes.map((route, index) => ({ ...route, location: at(index + 1, 'stagecraft.yml') })),
    ...(routes.length > 0 ? { proxy: { provider: 'traefik', package: '@stagecraft/proxy-traefik@0.1.0', listen: { http: 80, https: 443 }, config: {} } } : {}),
    hosts: [],
    rollout: { onFailure: 'rollback', acknowledgeMs: 10_000 },
    ...over,
  };
}

export function input(wanted: Desired, observation: Observation, over: Partial<PlanInput> = {}): PlanInput {
  return { kind: 'deploy', desired: wanted, observation, version: 'v2', providers: ['@stagecraft/proxy-traefik@0.1.0'], replace: [], acceptEmptyVolume: [], findings: [], ...over };
}

/** A live host on which nothing of the environment is. */
export function emptyHost(name = 'local', over: Partial<HostObservation> = {}): HostObservation {
  return { name, reachable: true, containers: [], volumes: [], images: {}, ...over };
}

export function live(...hosts: readonly HostObservation[]): Observation {
  return { basis: 'live', hosts: hosts.length > 0 ? hosts : [emptyHost()], history: [] };
}

/** The world after a first deploy of `wanted` as `release`. */
export function deployed(wanted: Desired, release = 'rel-1', version = 'v1', over: Partial<HostObservation> = {}): Observation {
  const images = Object.fromEntries(wanted.services.map((s) => [s.image.reference, s.image.id ?? '']));
  return apply(sealed(wanted, live(emptyHost('local', { images, ...over })), { release, version }), live(emptyHost('local', { images, ...over })));
}

export function sealed(wanted: Desired, observation: Observation, over: Partial<SealInput> = {}): SealedPlan {
  return seal({ ...input(wanted, observation), release: 'rel-2', operation: `op-${over.release ?? 'rel-2'}`, ...over });
}

/** One container of the simulated engine. */
type Container = ContainerState;

/** The simulated hosts while steps run on them. Throws where a step finds what a real one could not go on from. */
export class World {
  private readonly hosts: Map<string, { containers: Container[]; table: RouteTable | undefined; rest: HostObservation }>;
  private readonly edge: string;

  constructor(
    private readonly plan: SealedPlan,
    private readonly before: Observation,
  ) {
    this.edge = `${plan.desired.composeProject}-edge`;
    this.hosts = new Map(before.hosts.map((host) => [host.name, { containers: [...host.containers], table: host.table, rest: host }]));
  }

  observation(committed: boolean): Observation {
    return {
      ...this.before,
      hosts: [...this.hosts.values()].map(({ containers, table, rest }) => ({
        ...rest,
        containers: [...containers].sort((a, b) => (a.id < b.id ? -1 : 1)),
        ...(table ? { table } : {}),
        ...(committed ? { serving: { release: this.plan.release, version: this.plan.version, desired: this.plan.desired } } : {}),
      })),
    };
  }

  table(host: string): RouteTable | undefined {
    return this.hosts.get(host)?.table;
  }

  /** The container that a target's name leads to now. */
  behind(host: string, name: string): Container | undefined {
    return this.hosts.get(host)?.containers.find((c) => c.networks[this.edge]?.aliases.includes(name));
  }

  run(step: Step): void {
    const { action } = step;
    const host = this.hostOf(step);
    const own = (name: string): Container[] => host.containers.filter((c) => c.service === name && c.labels['stagecraft.operation'] === this.plan.operation).sort((a, b) => (a.number ?? 0) - (b.number ?? 0));
    switch (action.kind) {
      case 'image.build':
      case 'image.pull':
      case 'image.push':
      case 'image.fetch':
      case 'image.carry':
      case 'edge.ensure':
      case 'container.drain':
        return;
      case 'proxy.ensure':
        host.rest = { ...host.rest, proxy: { provider: action.provider, running: true, digest: '' } };
        return;
      case 'container.start':
        for (let k = 0; k < action.count; k += 1) host.containers.push(this.made(action.service, host.containers, 'running'));
        return;
      case 'container.resume':
        return this.change(host, action.ids, (c) => {
          if (c.status !== 'exited' && c.status !== 'created') throw new Error(`${c.name} is ${c.status}: it cannot be started`);
          return { ...c, status: 'running', ...(c.health ? { health: 'starting' as const } : {}) };
        });
      case 'container.gate': {
        const gated = action.ids ? host.containers.filter((c) => action.ids?.includes(c.id)) : own(action.service);
        if (gated.length !== action.count) throw new Error(`${step.id}: ${gated.length} of ${action.count} containers`);
        return this.change(host, gated.map((c) => c.id), (c) => {
          if (c.status !== 'running' || c.health === 'unhealthy') throw new Error(`${c.name} is ${c.health ?? c.status}`);
          return action.healthcheck ? { ...c, health: 'healthy' } : c;
        });
      }
      case 'route.admit': {
        const joined = action.ids ? action.ids.map((id) => host.containers.find((c) => c.id === id)) : own(action.service);
        if (joined.length !== action.edge.aliases.length) throw new Error(`${step.id}: ${joined.length} containers for ${action.edge.aliases.length} names`);
        for (const [index, c] of joined.entries()) if (c) this.change(host, [c.id], (now) => this.onEdge(now, [action.edge.aliases[index] ?? '']));
        return this.setTable(step, host, action.from, action.to);
      }
      case 'route.retire':
      case 'route.apply':
        return this.setTable(step, host, action.from, action.to);
      case 'container.stop':
        return this.change(host, action.ids.map((old) => old.id), (c) => ({ ...this.offEdge(c), status: 'exited', restartPolicy: 'no', ...(action.rename ? { name: `${c.name}-kept` } : {}) }));
      case 'job.run':
        host.containers.push({ ...this.made(action.service, host.containers, 'exited'), exitCode: 0, restartPolicy: 'no' });
        return;
      case 'container.remove':
        host.containers = host.containers.filter((c) => !action.ids.includes(c.id));
        return;
      case 'edge.remove':
        if (host.containers.some((c) => c.status === 'running' && action.network in c.networks)) throw new Error(`${action.network} is in use`);
        host.containers = host.containers.map((c) => this.offEdge(c));
    }
  }

  undo(step: Step): void {
    if (step.undo === undefined) return;
    const { action } = step;
    const host = this.hostOf(step);
    switch (action.kind) {
      case 'container.start':
      case 'job.run':
        host.containers = host.containers.filter((c) => c.service !== action.service || c.labels['stagecraft.operation'] !== this.plan.operation);
        return;
      case 'container.resume':
        return this.change(host, action.ids, (c) => ({ ...c, status: 'exited' }));
      case 'route.admit':
        this.setTable(step, host, action.to, action.from);
        return this.change(host, action.ids ?? [], (c) => this.offEdge(c));
      case 'route.retire':
      case 'route.apply':
        return this.setTable(step, host, action.to, action.from);
      case 'container.stop':
        return this.change(host, action.ids.map((old) => old.id), (c) => {
          const old = action.ids.find((o) => o.id === c.id);
          if (!old) return c;
          const was = this.before.hosts.flatMap((h) => h.containers).find((b) => b.id === c.id);
          const back = { ...c, name: old.name, restartPolicy: old.restartPolicy, status: old.stopped ? c.status : (was?.status ?? 'running') };
          return action.edge && old.aliases.length > 0 ? this.onEdge(back, old.aliases) : was && this.edge in was.networks ? { ...back, networks: was.networks } : back;
        });
      default:
        throw new Error(`${step.id} says that it can be undone, and nobody knows how`);
    }
  }

  private hostOf(step: Step): { containers: Container[]; table: RouteTable | undefined; rest: HostObservation } {
    const host = this.hosts.get(step.host ?? [...this.hosts.keys()][0] ?? '');
    if (!host) throw new Error(`${step.id} runs on an unknown host`);
    return host;
  }

  private change(host: { containers: Container[] }, ids: readonly string[], to: (c: Container) => Container): void {
    for (const id of ids) if (!host.containers.some((c) => c.id === id)) throw new Error(`there is no container ${id}`);
    host.containers = host.containers.map((c) => (ids.includes(c.id) ? to(c) : c));
  }

  private setTable(step: Step, host: { table: RouteTable | undefined }, from: RouteTable, to: RouteTable): void {
    const now = host.table ?? { ...from, routes: [], targets: [] };
    if (!sameTable(now, from)) throw new Error(`${step.id} begins at another table than the one that is there`);
    host.table = to;
  }

  private made(name: string, all: readonly Container[], status: Container['status']): Container {
    const model = this.plan.desired.services.find((s) => s.name === name);
    if (!model) throw new Error(`${name} is not in the release`);
    const number = 1 + Math.max(0, ...all.filter((c) => c.service === name).map((c) => c.number ?? 0));
    const fixed = model.definition['container_name'];
    const label = typeof fixed === 'string' ? fixed : `shop-prod-${name}-${number}`;
    if (all.some((c) => c.name === label)) throw new Error(`the name ${label} is taken`);
    const ports = (Array.isArray(model.definition['ports']) ? (model.definition['ports'] as readonly { readonly published: string }[]) : []).map((port) => ({ hostIp: '0.0.0.0', host: Number(port.published), container: 80, protocol: 'tcp' }));
    if (status === 'running') for (const port of ports) if (all.some((c) => c.status === 'running' && c.ports.some((p) => p.host === port.host))) throw new Error(`the port ${port.host} is taken`);
    return container(name, number, {
      id: `${name}-${this.plan.operation}-${number}`,
      name: label,
      status,
      ports,
      ...(model.healthcheck && status === 'running' ? { health: 'starting' } : {}),
      labels: { 'stagecraft.service': name, 'stagecraft.digest': serviceDigest(model) ?? 'unknown', 'stagecraft.release': this.plan.release, 'stagecraft.operation': this.plan.operation },
    });
  }

  private onEdge(c: Container, aliases: readonly string[]): Container {
    return { ...c, networks: { ...c.networks, [this.edge]: { address: '', aliases } } };
  }

  private offEdge(c: Container): Container {
    const { [this.edge]: _, ...networks } = c.networks;
    return { ...c, networks };
  }
}

export function container(name: string, number: number, over: Partial<ContainerState> = {}): ContainerState {
  return {
    id: `${name}-${number}`,
    name: `shop-prod-${name}-${number}`,
    project: 'shop-prod',
    service: name,
    number,
    image: '',
    imageName: '',
    labels: {},
    status: 'running',
    restartCount: 0,
    restartPolicy: 'always',
    createdAt: '2026-01-01T00:00:00Z',
    pid: 1,
    networks: { 'shop-prod_default': { address: '', aliases: [name] } },
    ports: [],
    mounts: [],
    ...over,
  };
}

/** What is there when every step of the plan ran, in its order. */
export function apply(plan: SealedPlan, before: Observation): Observation {
  const world = new World(plan, before);
  for (const step of plan.steps) world.run(step);
  return world.observation(true);
}
