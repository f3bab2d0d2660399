import type { Maintenance, Route, RouteTable, Target } from '@stagecraft/core/plugin-api';

type Owner = Pick<RouteTable, 'project' | 'environment'>;

/** What every router and service of a project and environment begins with. No identifier holds a colon, so no two owners share a beginning. */
export function prefixOf(owner: Owner): string {
  return `${owner.project}:${owner.environment}:`;
}

export function fileOf(owner: Owner): string {
  return `${owner.project}-${owner.environment}.yml`;
}

/** One Traefik service for each service and port that a route names. */
export function serviceName(owner: Owner, to: Pick<Target, 'service' | 'port'>): string {
  return `${prefixOf(owner)}${to.service}:${to.port}`;
}

export function routerName(owner: Owner, route: Route): string {
  return `${prefixOf(owner)}${route.host ?? ''}${pathOf(route)}`;
}

/** The path without a slash at its end; `/` for all. */
export function pathOf(route: Route): string {
  return (route.path ?? '/').replace(/\/+$/, '') || '/';
}

/** The middleware that answers in the place of every service. Its name tells the page, so that a router's list of middlewares tells which one is answered. */
export function maintenanceName(owner: Owner, { digest, retryAfter }: Maintenance): string {
  return `${prefixOf(owner)}maintenance:${digest.slice(0, 12)}:${retryAfter}`;
}
