import { createHash } from 'node:crypto';
import type { ProxyPlace, Route, RouteTable } from '@stagecraft/core/plugin-api';

type Owner = Pick<RouteTable, 'project' | 'environment'>;

/** What every backend of a project and environment begins with. No identifier holds a colon, so no two owners share a beginning. */
export function prefixOf(owner: Owner): string {
  return `${owner.project}:${owner.environment}:`;
}

/** A file of the owner, relative to the proxy's folder. */
export function fileOf(owner: Owner, ending: 'cfg' | 'map'): string {
  return `routes/${owner.project}-${owner.environment}.${ending}`;
}

/** One backend for each service and port that a route names. */
export function backendName(owner: Owner, to: { readonly service: string; readonly port: number }): string {
  return `${prefixOf(owner)}${to.service}:${to.port}`;
}

/**
 * An empty backend whose name tells which routes the running HAProxy has loaded: what differs in it needs a reload, what does not is a matter of
 * slots. Absent where nothing is routed.
 */
export function markerOf(table: RouteTable): string | undefined {
  if (table.routes.length === 0) return undefined;
  const lines = table.routes.map((route) => lineOf(route, backendName(table, route))).sort();
  const { digest, retryAfter } = table.maintenance ?? {};
  const closed = digest === undefined ? [] : ['', digest, String(retryAfter)];
  return `${prefixOf(table)}:${createHash('sha256').update([...lines, ...closed].join('\n')).digest('hex').slice(0, 12)}`;
}

/** `host/path/ backend`: host and path as one text that is matched from its beginning, `*` for every host. Under maintenance all lead to the marker. */
export function mapLine(table: RouteTable, route: Route): string {
  return lineOf(route, (table.maintenance && markerOf(table)) ?? backendName(table, route));
}

function lineOf(route: Route, backend: string): string {
  const path = (route.path ?? '/').replace(/\/+$/, '');
  return `${route.host ?? '*'}${encodeURI(path)}/ ${backend}`;
}

/** Port of the runtime API on loopback inside the container. */
export function runtimePort(place: ProxyPlace): number {
  const taken = [place.listen.http, place.listen.https];
  return [8405, 8406, 8407].find((port) => !taken.includes(port)) ?? 8405;
}

export const folder = '/etc/stagecraft';

/** The backends as the running HAProxy reads them: copies made inside the container at every start and reload. */
export const loadedFolder = '/tmp/stagecraft';

/** The one map of all projects, made of their files inside the container at every start and reload. */
export const mapFile = '/tmp/stagecraft.map';
