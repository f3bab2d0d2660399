import type { Scope } from '../hosts/scope.js';
import type { Finding } from '../plugin-api/failure.js';
import type { HostFiles } from '../plugin-api/host.js';
import type { Location } from '../plugin-api/location.js';
import type { Route, RouteTable } from '../plugin-api/route.js';
import { readProxyRecord } from './place.js';
import { tableFile } from './proxy-files.js';

/** What the environment wants of the host's proxy. */
export interface WantedRoutes {
  readonly project: string;
  readonly environment: string;
  readonly routes: readonly (Route & { readonly location?: Location })[];
  /** Provider and ports, where the settings are known. */
  readonly proxy?: { readonly provider: string; readonly listen: { readonly http: number; readonly https: number }; readonly location?: Location };
}

/**
 * Looks for what else the host's proxy serves: another provider (SC4202), the same host and path of another owner or twice here (SC4203), a name
 * that another owner's files bear (SC4204), other public ports than the proxy has (SC4205, a warning). Reads `<root>/proxy` alone.
 */
export async function checkRoutes(files: HostFiles, scope: Scope, wanted: WantedRoutes): Promise<readonly Finding[]> {
  if (wanted.routes.length === 0) return [];
  const tables = await readTables(files, scope);
  const others = tables.filter((table) => table.project !== wanted.project || table.environment !== wanted.environment);
  return [...underMaintenance(tables, wanted), ...(await proxyFindings(files, scope, wanted, others)), ...nameFindings(wanted, others), ...twice(wanted), ...taken(wanted, others)];
}

/** The tables of every project and environment that the host's proxy routes, by file name. */
export async function readTables(files: HostFiles, scope: Scope): Promise<readonly RouteTable[]> {
  const folder = `${scope.root}/proxy/tables`;
  const names = (await files.list(folder)).filter((name) => name.endsWith('.json') && !name.startsWith('.'));
  const texts = await Promise.all([...names].sort().map((name) => files.read(`${folder}/${name}`)));
  return texts.flatMap((text) => (text === undefined ? [] : [JSON.parse(text) as RouteTable]));
}

async function proxyFindings(files: HostFiles, scope: Scope, wanted: WantedRoutes, others: readonly RouteTable[]): Promise<Finding[]> {
  const record = await readProxyRecord(files, scope);
  if (!record || !wanted.proxy) return [];
  const { provider, listen, location } = wanted.proxy;
  const place = location ? { location } : {};
  const owners = others.length === 0 ? '' : ` for ${others.map(ownerOf).join(', ')}`;
  if (record.provider !== provider)
    return [{ severity: 'error', code: 'SC4202', message: `The host's proxy is ${record.provider}${owners}; a second one, ${provider}, cannot listen beside it.`, next: [`Set proxy.provider to ${record.provider}.`], ...place }];
  if (record.listen.http === listen.http && record.listen.https === listen.https) return [];
  return [{ severity: 'warning', code: 'SC4205', message: `The host's proxy listens on ${record.listen.http} and ${record.listen.https}${owners}, not on ${listen.http} and ${listen.https}: no deploy makes it anew.`, ...place }];
}

function underMaintenance(tables: readonly RouteTable[], { project, environment }: WantedRoutes): Finding[] {
  const now = tables.find((table) => table.project === project && table.environment === environment)?.maintenance;
  return now ? [{ severity: 'warning', code: 'SC4224', message: `${environment} is under maintenance since ${now.since} by ${now.by}: nobody gets to the release before that ends.`, next: [`stagecraft maintenance off --env ${environment}`] }] : [];
}

function nameFindings(wanted: WantedRoutes, others: readonly RouteTable[]): Finding[] {
  return others
    .filter((other) => tableFile(other) === tableFile(wanted))
    .map((other) => ({ severity: 'error', code: 'SC4204', message: `${ownerOf(wanted)} and ${ownerOf(other)}, which is on the host, have the same short name ${wanted.project}-${wanted.environment}.`, next: ['Rename the project or the environment.'] }));
}

function twice(wanted: WantedRoutes): Finding[] {
  return wanted.routes.flatMap((route, index) => {
    const first = wanted.routes.findIndex((other) => keyOf(other) === keyOf(route));
    return first === index ? [] : [duplicate(route, `this file routes it to ${wanted.routes[first]?.service ?? ''} already`)];
  });
}

function taken(wanted: WantedRoutes, others: readonly RouteTable[]): Finding[] {
  const owners = new Map(others.flatMap((table) => table.routes.map((route) => [keyOf(route), `${ownerOf(table)} routes it to ${route.service}`] as const)));
  return wanted.routes.flatMap((route) => {
    const owner = owners.get(keyOf(route));
    return owner === undefined ? [] : [duplicate(route, owner)];
  });
}

function duplicate(route: WantedRoutes['routes'][number], why: string): Finding {
  return {
    severity: 'error',
    code: 'SC4203',
    message: `The route ${route.host ?? '*'}${route.path ?? '/'} to ${route.service} is taken: ${why}.`,
    next: ['Give the route another host or path.'],
    service: route.service,
    ...(route.location ? { location: route.location } : {}),
  };
}

function keyOf(route: Route): string {
  return `${route.host ?? '*'}${(route.path ?? '/').replace(/\/+$/, '') || '/'}`;
}

function ownerOf(table: Pick<RouteTable, 'project' | 'environment'>): string {
  return `project ${table.project}, environment ${table.environment}`;
}
