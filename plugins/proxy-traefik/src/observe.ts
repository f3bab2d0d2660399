import type { Context, ProxyPlace, RouteTable, Target } from '@stagecraft/core/plugin-api';
import { listAll } from './api.js';
import type { Config } from './config.js';
import { prefixOf, routerName, serviceName } from './names.js';
import { ruleOf } from './rule.js';

interface ApiRouter {
  readonly name: string;
  readonly rule?: string;
  readonly service?: string;
  readonly status?: string;
  readonly error?: readonly string[];
}

interface ApiService {
  readonly name: string;
  readonly loadBalancer?: { readonly servers?: readonly { readonly url?: string }[] | null };
}

/**
 * What Traefik routes to now. A service whose routers are not exactly the table's is not routed as the table says, and none of its targets are
 * told: so a changed rule is acknowledged by the same question.
 * @throws `traefik/api` when the API does not answer, `traefik/router` when Traefik refuses a router of the table.
 */
export async function observe(ctx: Context<Config>, host: string, place: ProxyPlace, table: RouteTable): Promise<readonly Target[]> {
  const prefix = prefixOf(table);
  const own = <T extends { readonly name: string }>(all: readonly T[]): Map<string, T> =>
    new Map(all.flatMap((one) => (one.name.startsWith(prefix) && one.name.endsWith('@file') ? [[one.name.slice(0, -'@file'.length), one] as const] : [])));
  const [routers, services] = await Promise.all([listAll<ApiRouter>(ctx, host, place, 'routers', prefix), listAll<ApiService>(ctx, host, place, 'services', prefix)]);
  const unlike = unlikeTable(ctx, table, own(routers));
  return [...own(services)]
    .flatMap(([name, service]) => (unlike.has(name) ? [] : targetsOf(name.slice(prefix.length), service)))
    .sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : a.port - b.port));
}

/** Names of services of which a router is missing, too many, or other than the table says. */
function unlikeTable(ctx: Context<Config>, table: RouteTable, routers: ReadonlyMap<string, ApiRouter>): Set<string> {
  const unlike = new Set<string>();
  const wanted = new Set<string>();
  for (const route of table.routes) {
    const name = routerName(table, route);
    const service = serviceName(table, route);
    wanted.add(name);
    const router = routers.get(name);
    const same = router !== undefined && router.rule === ruleOf(route) && withoutProvider(router.service ?? '') === service;
    if (same && router.status === 'disabled')
      throw ctx.fail({ kind: 'external', code: 'traefik/router', message: `Traefik refuses the route ${route.host ?? '*'}${route.path ?? '/'} to ${route.service}: ${(router.error ?? ['no reason given']).join('; ')}` });
    if (!same) unlike.add(service);
  }
  for (const [name, router] of routers) if (!wanted.has(name)) unlike.add(withoutProvider(router.service ?? ''));
  return unlike;
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
