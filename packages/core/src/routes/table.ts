import type { Route, RouteTable, Target } from '../plugin-api/route.js';

/**
 * A route table that changes a service at a time. `current()` is a new, sorted table; the ones given out before stay as they were, so that
 * a step can carry the table before it and the table after it. No target ever stands without a route to its service and port.
 */
export interface TableEditor {
  current(): RouteTable;
  /** Gives the rules to their services, whoever had them. */
  setRules(routes: readonly Route[]): void;
  dropRule(route: Route): void;
  /** Adds targets: for each name one a port that the service's rules name, now or later. */
  addTargets(service: string, ids: readonly string[]): void;
  /** Takes out every target of the service but these. */
  keepTargets(service: string, ids: readonly string[]): void;
  rulesOf(service: string): readonly Route[];
  /** Names of the service's targets that get requests, in lexical order. */
  idsOf(service: string): readonly string[];
}

/** @param possible every rule that may ever be set, so that the order is known from the beginning. */
export function editTable(observed: RouteTable, possible: readonly Route[]): TableEditor {
  const rules = new Map<string, Route | undefined>([...observed.routes, ...possible].sort(byRule).map((route) => [ruleKey(route), undefined]));
  const ports = new Map<string, Map<number, number>>();
  const ids = new Map<string, Map<string, ReadonlySet<number>>>();
  const services = [...new Set([...observed.targets.map((t) => t.service), ...[...observed.routes, ...possible].map((r) => r.service)])].sort(byCodeUnit);
  let last: RouteTable | undefined;

  const count = (route: Route | undefined, by: 1 | -1): void => {
    if (!route) return;
    const known = ports.get(route.service) ?? new Map<number, number>();
    ports.set(route.service, known.set(route.port, (known.get(route.port) ?? 0) + by));
  };
  const put = (key: string, route: Route | undefined): void => {
    last = undefined;
    count(rules.get(key), -1);
    rules.set(key, route);
    count(route, 1);
  };
  const portsOf = (service: string): readonly number[] => [...(ports.get(service) ?? [])].filter(([, uses]) => uses > 0).map(([port]) => port).sort((a, b) => a - b);

  for (const route of observed.routes) put(ruleKey(route), plainRoute(route));
  for (const target of observed.targets) {
    if (target.state !== 'in') continue;
    const known = ids.get(target.service) ?? new Map<string, ReadonlySet<number>>();
    ids.set(target.service, known.set(target.id, new Set([...(known.get(target.id) ?? []), target.port])));
  }

  const targetsOf = (service: string): readonly Target[] => {
    const open = portsOf(service);
    return [...(ids.get(service) ?? [])].flatMap(([id, only]) => open.filter((port) => only.size === 0 || only.has(port)).map((port): Target => ({ id, service, port, state: 'in' })));
  };

  return {
    current() {
      last ??= { project: observed.project, environment: observed.environment, routes: [...rules.values()].filter((route) => route !== undefined), targets: services.flatMap(targetsOf) };
      return last;
    },
    setRules(routes) {
      for (const route of routes) put(ruleKey(route), plainRoute(route));
    },
    dropRule: (route) => put(ruleKey(route), undefined),
    addTargets(service, names) {
      last = undefined;
      const all: [string, ReadonlySet<number>][] = [...(ids.get(service) ?? []), ...names.map((id): [string, ReadonlySet<number>] => [id, everyPort])];
      ids.set(service, new Map(all.sort(([a], [b]) => byCodeUnit(a, b))));
    },
    keepTargets(service, names) {
      last = undefined;
      ids.set(service, new Map([...(ids.get(service) ?? [])].filter(([id]) => names.includes(id))));
    },
    rulesOf: (service) => [...rules.values()].filter((route) => route?.service === service) as Route[],
    idsOf: (service) => [...new Set(targetsOf(service).map((target) => target.id))].sort(byCodeUnit),
  };
}

const everyPort: ReadonlySet<number> = new Set();

/** Nothing is routed. */
export function emptyTable(project: string, environment: string): RouteTable {
  return { project, environment, routes: [], targets: [] };
}

/** The network alias of a container, and the name by which proxies know it: unique to its release and replica. */
export function targetName(service: string, release: string, replica: number): string {
  return `${service}-${release}-${replica}`;
}

/** Two rules with one key match the same requests. */
export function ruleKey(route: Pick<Route, 'host' | 'path'>): string {
  return `${route.host ?? ''} ${route.path ?? '/'}`;
}

/** True when both say the same, whatever the order. */
export function sameTable(a: RouteTable, b: RouteTable): boolean {
  return a === b || (a.routes.length === b.routes.length && a.targets.length === b.targets.length && contentOf(a) === contentOf(b));
}

function contentOf(table: RouteTable): string {
  const routes = table.routes.map((r) => `${ruleKey(r)} ${r.service} ${r.port}`).sort();
  const targets = table.targets.map((t) => `${t.service} ${t.id} ${t.port} ${t.state}`).sort();
  return [...routes, '', ...targets].join('\n');
}

/** Only what a proxy is told: no place in a file. */
function plainRoute(route: Route): Route {
  return { ...(route.host === undefined ? {} : { host: route.host }), ...(route.path === undefined ? {} : { path: route.path }), service: route.service, port: route.port };
}

function byRule(a: Route, b: Route): number {
  return byCodeUnit(ruleKey(a), ruleKey(b));
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
