import type { Context, ProxyPlace, RouteTable, Target } from '@stagecraft/core/plugin-api';
import { listAll } from './api.js';
import type { Config } from './config.js';
import { isEdge } from './edge.js';
import { maintenanceName, prefixOf, routerName, serviceName } from './names.js';
import { ruleOf } from './rule.js';

interface ApiRouter {
  readonly name: string;
  readonly rule?: string;
  readonly service?: string;
  readonly status?: string;
  readonly error?: readonly string[];
  readonly middlewares?: readonly string[];
}

interface ApiService {
  readonly name: string;
  readonly loadBalancer?: { readonly servers?: readonly { readonly url?: string }[] | null };
}

/**
 * What Traefik routes to now. Its routers must be exactly the table's: so a changed rule is acknowledged by the same question.
 * @throws `traefik/api` when the API does not answer, `traefik/routes` while its routers are others, `traefik/router` when it refuses one.
 */
export async function observe(ctx: Context<Config>, host: string, place: ProxyPlace, table: RouteTable): Promise<readonly Target[]> {
  const prefix = prefixOf(table);
  const own = <T extends { readonly name: string }>(all: readonly T[]): Map<string, T> =>
    new Map(all.flatMap((one) => (one.name.startsWith(prefix) && one.name.endsWith('@file') ? [[withoutProvider(one.name), one] as const] : [])));
  const [routers, services] = await Promise.all([listAll<ApiRouter>(ctx, host, place, 'routers', prefix), listAll<ApiService>(ctx, host, place, 'services', prefix)]);
  checkRouters(ctx, host, place, table, own(routers));
  return [...own(services)]
    .flatMap(([name, service]) => targetsOf(name.slice(prefix.length), service))
    .sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : a.port - b.port));
}

function checkRouters(ctx: Context<Config>, host: string, place: ProxyPlace, table: RouteTable, routers: ReadonlyMap<string, ApiRouter>): void {
  const wanted = new Set<string>();
  for (const route of table.routes) {
    const name = routerName(table, route);
    const router = routers.get(name);
    const label = `${route.host ?? '*'}${route.path ?? '/'} to ${route.service}`;
    wanted.add(name);
    if (!router || router.rule !== ruleOf(route) || withoutProvider(router.service ?? '') !== serviceName(table, route)) throw otherRoutes(ctx, host, place, `the route ${label} is not loaded`);
    const [answers = ''] = (router.middlewares ?? []).filter((one) => !isEdge(one)).map(withoutProvider);
    if (answers !== (table.maintenance ? maintenanceName(table, table.maintenance) : '')) throw otherRoutes(ctx, host, place, `the route ${label} is ${answers === '' ? 'not under' : 'under another'} maintenance`);
    if (router.status === 'disabled')
      throw ctx.fail({ kind: 'external', code: 'traefik/router', message: `Traefik on ${host} refuses the route ${label}: ${(router.error ?? ['it gives no reason']).join('; ')}.`, next: [`docker logs ${place.container}`] });
  }
  const extra = [...routers.keys()].find((name) => !wanted.has(name));
  if (extra !== undefined) throw otherRoutes(ctx, host, place, `the router ${extra} is still loaded`);
}

function otherRoutes(ctx: Context<Config>, host: string, place: ProxyPlace, why: string): Error {
  return ctx.fail({ kind: 'external', code: 'traefik/routes', message: `Traefik on ${host} has other routes than its files say: ${why}.`, next: [`docker logs ${place.container}`] });
}

function targetsOf(name: string, service: ApiService): Target[] {
  const [serviceOfTarget = ''] = name.split(':');
  return (service.loadBalancer?.servers ?? []).flatMap(({ url }) => {
    const [, id, port] = /^http:\/\/([^/:]+):(\d+)\/?$/.exec(url ?? '') ?? [];
    return id === undefined ? [] : [{ id, service: serviceOfTarget, port: Number(port), state: 'in' as const }];
  });
}

function withoutProvider(name: string): string {
  return name.replace(/@file$/, '');
}
