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
  const services = new Map([...new Set([...observed.targets, ...observed.routes, ...possible].map((entry) => entry.service))].sort(byCodeUnit).map((name) => [name, emptyEntry()]));
  let last: RouteTable | undefined;

  const entryOf = (name: string): Entry => {
    const entry = services.get(name) ?? emptyEntry();
    services.set(name, entry);
    return entry;
  };
  const changed = (entry: Entry): void => {
    last = undefined;
    entry.targets = undefined;
  };
  const put = (key: string, route: Route | undefined): void => {
    const before = rules.get(key);
    if (before === route || (before && route && before.service === route.service && before.port === route.port)) return;
    rules.set(key, route);
    for (const name of [before?.service, route?.service]) if (name !== undefined) changed(entryOf(name));
    if (before) entryOf(before.service).rules.delete(key);
    if (route) entryOf(route.service).rules.set(key, route);
  };

  for (const route of observed.routes) put(ruleKey(route), plainRoute(route));
  for (const target of [...observed.targets].sort((a, b) => byCodeUnit(a.id, b.id))) {
    if (target.state !== 'in') continue;
    const { ids } = entryOf(target.service);
    ids.set(target.id, new Set([...(ids.get(target.id) ?? []), target.port]));
  }

  return {
    current() {
      last ??= { project: observed.project, environment: observed.environment, routes: [...rules.values()].filter((route) => route !== undefined), targets: [...services].flatMap(([name, entry]) => targetsOf(name, entry)), ...(observed.maintenance ? { maintenance: observed.maintenance } : {}) };
      return last;
    },
    setRules(routes) {
      for (const route of routes) put(ruleKey(route), plainRoute(route));
    },
    dropRule: (route) => put(ruleKey(route), undefined),
    addTargets(service, names) {
      const entry = entryOf(service);
      if (names.every((id) => entry.ids.get(id) === everyPort)) return;
      const all: [string, ReadonlySet<number>][] = [...entry.ids, ...names.map((id): [string, ReadonlySet<number>] => [id, everyPort])];
      entry.ids = new Map(all.sort(([a], [b]) => byCodeUnit(a, b)));
      changed(entry);
    },
    keepTargets(service, names) {
      const entry = entryOf(service);
      // Most services of a large environment are not routed: for them nothing changes, and no new table is made.
      if ([...entry.ids.keys()].every((id) => names.includes(id))) return;
      entry.ids = new Map([...entry.ids].filter(([id]) => names.includes(id)));
      changed(entry);
    },
    rulesOf: (service) => [...entryOf(service).rules.values()],
    idsOf: (service) => [...new Set(targetsOf(service, entryOf(service)).map((target) => target.id))],
  };
}

/** What the table says of one service. */
interface Entry {
  readonly rules: Map<string, Route>;
  /** By name: the ports that it may answer on. */
  ids: Map<string, ReadonlySet<number>>;
  targets: readonly Target[] | undefined;
}

const everyPort: ReadonlySet<number> = new Set();

function emptyEntry(): Entry {
  return { rules: new Map(), ids: new Map(), targets: undefined };
}

function targetsOf(service: string, entry: Entry): readonly Target[] {
  if (entry.targets) return entry.targets;
  const ports = [...new Set([...entry.rules.values()].map((route) => route.port))].sort((a, b) => a - b);
  entry.targets = [...entry.ids].flatMap(([id, only]) => ports.filter((port) => only.size === 0 || only.has(port)).map((port): Target => ({ id, service, port, state: 'in' })));
  return entry.targets;
}

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
  const { page, digest, retryAfter } = table.maintenance ?? {};
  return [...routes, '', ...targets, '', page, digest, retryAfter].join('\n');
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
