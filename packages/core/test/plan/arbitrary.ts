import fc from 'fast-check';
import type { Desired, DesiredService, Obstacle } from '../../src/compose/model.js';
import type { Observation } from '../../src/observe/types.js';
import type { Route } from '../../src/plugin-api/route.js';
import type { ContainerState } from '../../src/ports/containers.js';
import { built, dependsOn, desired, obstacle, service } from './world.js';

const names = ['api', 'cache', 'db', 'edge', 'web', 'worker'];

/** Environments of up to six services: every kind, strategy, obstacle; rules that move between services. */
export const environments: fc.Arbitrary<Desired> = fc
  .record({ services: fc.uniqueArray(fc.integer({ min: 0, max: names.length - 1 }), { maxLength: names.length }).chain((chosen) => fc.tuple(...chosen.sort().map((index) => serviceArbitrary(names[index] ?? '', chosen.filter((other) => other < index).map((other) => names[other] ?? ''))))), rules: fc.array(fc.record({ path: fc.constantFrom('/', '/api', '/old', '/v2'), service: fc.constantFrom(...names), port: fc.constantFrom(80, 3000) }), { maxLength: 5 }) })
  .map(({ services: drawn, rules }) => {
    // Compose itself refuses two of one name or port.
    const fixed = (s: DesiredService): string => JSON.stringify([s.definition['container_name'], s.definition['ports']]);
    const services = drawn.filter((s, index) => fixed(s) === '[null,null]' || !drawn.slice(0, index).some((other) => fixed(other) === fixed(s))).map((s, _, all) => ({ ...s, dependsOn: s.dependsOn.filter((d) => all.some((other) => other.name === d.service)) }));
    const routable = new Set(services.filter((s) => s.kind !== 'job' && s.kind !== 'external').map((s) => s.name));
    const byPath = new Map<string, Route>(rules.filter((rule) => routable.has(rule.service)).map((rule) => [rule.path, rule]));
    return desired(services, [...byPath.values()]);
  });

function serviceArbitrary(name: string, before: readonly string[]): fc.Arbitrary<DesiredService> {
  return fc
    .record({
      kind: fc.constantFrom<DesiredService['kind']>('service', 'service', 'service', 'service', 'data', 'job', 'external'),
      replicas: fc.constantFrom(0, 1, 1, 2, 3),
      singleton: fc.constantFrom(false, false, false, true),
      strategy: fc.constantFrom<DesiredService['strategy'] | undefined>(undefined, undefined, 'rolling', 'recreate'),
      fixed: fc.constantFrom<'no' | 'port' | 'name'>('no', 'no', 'no', 'port', 'name'),
      which: fc.constantFrom('1', '2'),
      healthcheck: fc.boolean(),
      image: fc.constantFrom('1', '2', '3'),
      values: fc.constantFrom('1', '2'),
      command: fc.constantFrom('a', 'b'),
      needs: fc.subarray([...before]),
      ownImage: fc.boolean(),
    })
    .map((drawn) => (drawn.kind === 'service' ? drawn : { ...drawn, fixed: 'no' as const }))
    .map(({ kind, replicas, singleton, strategy, fixed, which, healthcheck, image, values, command, needs, ownImage }) => {
      const against: Obstacle[] = fixed === 'port' ? [obstacle('host_port', 'publishes port 8080 of the host', 5)] : fixed === 'name' ? [obstacle('container_name', `has the fixed container name ${name}`, 6)] : [];
      const over: Partial<DesiredService> = {
        kind,
        replicas: kind === 'service' && fixed === 'no' ? replicas : 1,
        singleton,
        ...(strategy === undefined || (strategy === 'rolling' && (against.length > 0 || singleton)) ? {} : { strategy }),
        healthcheck,
        obstacles: against,
        variables: ['A'],
        valuesDigest: `values-${values}`,
        definition: { restart: 'always', command, ...(fixed === 'name' ? { container_name: `name-${which}` } : {}), ...(fixed === 'port' ? { ports: [{ published: `808${which}`, target: 80, protocol: 'tcp' }] } : {}) },
        dependsOn: dependsOn(...needs),
      };
      return ownImage ? built(name, `sha256:${name}-${image}`, over, image) : service(name, { ...over, image: { reference: `${name}:${image}`, id: `sha256:${name}-${image}` } });
    });
}

/** A release and the next one, as teams make them: mostly rolling, mostly routed, a few things changed. */
export const successions: fc.Arbitrary<readonly [Desired, Desired]> = fc
  .record({ count: fc.integer({ min: 1, max: 4 }), chain: fc.boolean(), healthcheck: fc.boolean(), first: fc.array(fc.constantFrom(1, 2, 3), { minLength: 4, maxLength: 4 }), rules: fc.array(fc.record({ path: fc.constantFrom('/', '/api', '/old', '/v2'), at: fc.nat(), port: fc.constantFrom(80, 3000) }), { minLength: 1, maxLength: 4 }), edits: fc.array(fc.record({ kind: fc.constantFrom<Edit>('image', 'image', 'image', 'replicas', 'values', 'move', 'port', 'drop rule', 'remove', 'add', 'recreate', 'reverse'), at: fc.nat(), by: fc.nat() }), { minLength: 1, maxLength: 5 }) })
  .map(({ count, chain, healthcheck, first, rules, edits }) => {
    const all = names.slice(0, count).map((name, index) => service(name, { replicas: first[index] ?? 1, healthcheck, dependsOn: chain && index > 0 ? dependsOn(names[index - 1] ?? '') : [] }));
    const routes = [...new Map(rules.map((rule): [string, Route] => [rule.path, { path: rule.path, service: all[rule.at % all.length]?.name ?? '', port: rule.port }])).values()];
    const [services, ways] = edits.reduce(edited, [all, routes] as readonly [readonly DesiredService[], readonly Route[]]);
    return [desired(all, routes), desired(services, ways)];
  });

type Edit = 'image' | 'replicas' | 'values' | 'move' | 'port' | 'drop rule' | 'remove' | 'add' | 'recreate' | 'reverse';

function edited([services, routes]: readonly [readonly DesiredService[], readonly Route[]], { kind, at, by }: { readonly kind: Edit; readonly at: number; readonly by: number }): readonly [readonly DesiredService[], readonly Route[]] {
  const chosen = services[at % Math.max(1, services.length)];
  const rule = routes[by % Math.max(1, routes.length)];
  const change = (over: Partial<DesiredService>): readonly DesiredService[] => services.map((s) => (s === chosen ? { ...s, ...over } : s));
  const reroute = (over: Partial<Route>): readonly Route[] => routes.map((r) => (r === rule ? { ...r, ...over } : r));
  if (!chosen) return [services, routes];
  switch (kind) {
    case 'image':
      return [change({ image: { reference: `${chosen.name}:2`, id: `sha256:${chosen.name}-2` } }), routes];
    case 'values':
      return [change({ valuesDigest: 'values-2', variables: ['A'] }), routes];
    case 'replicas':
      return [change({ replicas: 1 + (by % 3) }), routes];
    case 'recreate':
      return [change({ strategy: 'recreate' }), routes];
    case 'move':
      return [services, reroute({ service: chosen.name })];
    case 'port':
      return [services, reroute({ port: 8080 })];
    case 'drop rule':
      return [services, routes.filter((r) => r !== rule)];
    case 'add':
      return services.some((s) => s.name === 'new') ? [services, routes] : [[...services, service('new', { replicas: 1 + (by % 2) })], reroute({ service: 'new' })];
    case 'remove':
      return [services.filter((s) => s !== chosen).map((s) => ({ ...s, dependsOn: s.dependsOn.filter((d) => d.service !== chosen.name) })), routes.filter((r) => r.service !== chosen.name)];
    case 'reverse':
      return [services.map((s, index) => ({ ...s, dependsOn: index + 1 < services.length ? dependsOn(services[index + 1]?.name ?? '') : [] })), routes];
  }
}

/** What can have become of a host since the last release: reboots, crashes, people. */
export type Trouble = { readonly kind: 'remove' | 'stop' | 'restarting' | 'unhealthy' | 'starting' | 'off the edge' | 'foreign' | 'no target' | 'dangling' | 'proxy down'; readonly at: number };

export const troubles: fc.Arbitrary<readonly Trouble[]> = fc.array(
  fc.record({ kind: fc.constantFrom<Trouble['kind']>('remove', 'stop', 'restarting', 'unhealthy', 'starting', 'off the edge', 'foreign', 'no target', 'dangling', 'proxy down'), at: fc.nat({ max: 11 }) }),
  { maxLength: 4 },
);

export function troubled(observation: Observation, list: readonly Trouble[]): Observation {
  return list.reduce((now, trouble) => ({ ...now, hosts: now.hosts.map((host) => troubledHost(host, trouble)) }), observation);
}

function troubledHost(host: Observation['hosts'][number], { kind, at }: Trouble): Observation['hosts'][number] {
  const victim = host.containers[at % Math.max(1, host.containers.length)];
  const table = host.table;
  if (kind === 'proxy down') return host.proxy ? { ...host, proxy: { ...host.proxy, running: false } } : host;
  if (kind === 'no target') return table ? { ...host, table: { ...table, targets: table.targets.filter((_, index) => index !== at % Math.max(1, table.targets.length)) } } : host;
  if (kind === 'dangling') return table?.routes[0] ? { ...host, table: { ...table, targets: [...table.targets, { id: `gone-${at}`, service: table.routes[0].service, port: table.routes[0].port, state: 'in' }] } } : host;
  if (!victim) return host;
  const changed = changedContainer(victim, kind);
  return { ...host, containers: host.containers.flatMap((c) => (c !== victim ? [c] : changed ? [changed] : [])) };
}

function changedContainer(c: ContainerState, kind: Trouble['kind']): ContainerState | undefined {
  switch (kind) {
    case 'remove':
      return undefined;
    case 'stop':
      return { ...c, status: 'exited', exitCode: 137 };
    case 'restarting':
      return c.status === 'running' ? { ...c, status: 'restarting' } : c;
    case 'unhealthy':
    case 'starting':
      return c.status === 'running' && c.health ? { ...c, health: kind } : c;
    case 'off the edge':
      return { ...c, networks: { 'shop-prod_default': { address: '', aliases: [] } } };
    case 'foreign':
      return { ...c, labels: { 'stagecraft.service': c.service ?? '', 'stagecraft.digest': 'other' } };
    default:
      return c;
  }
}
