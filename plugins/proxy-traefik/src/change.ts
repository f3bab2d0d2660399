import type { ProxyChange, ProxyPlace, Route, RouteTable } from '@stagecraft/core/plugin-api';
import type { Config } from './config.js';
import { folder, plugin } from './maintenance.js';
import { fileOf, maintenanceName, routerName, serviceName } from './names.js';
import { priorityOf, ruleOf } from './rule.js';
import { scalar } from './yaml.js';

/** Traefik watches its folder: to replace the file is the whole change. */
export function change(_config: Config, _place: ProxyPlace, from: RouteTable | undefined, to: RouteTable | undefined): ProxyChange {
  if (to && to.routes.length > 0) return { files: [{ path: fileOf(to), content: render(to) }], remove: [], run: [] };
  const owner = to ?? from;
  return { files: [], remove: owner ? [fileOf(owner)] : [], run: [] };
}

function render(table: RouteTable): string {
  const routes = [...table.routes].sort((a, b) => compare(routerName(table, a), routerName(table, b)));
  return [
    `# Written by Stagecraft: routes of ${table.project}, environment ${table.environment}. Changes are lost at the next deploy.`,
    'http:',
    '  routers:',
    ...routes.flatMap((route) => router(table, route)),
    ...middlewares(table),
    '  services:',
    ...backends(routes).flatMap((route) => backend(table, route)),
    '',
  ].join('\n');
}

function router(table: RouteTable, route: Route): string[] {
  return [
    `    ${scalar(routerName(table, route))}:`,
    '      entryPoints: ["web"]',
    `      rule: ${scalar(ruleOf(route))}`,
    `      priority: ${priorityOf(route)}`,
    `      service: ${scalar(serviceName(table, route))}`,
    ...(table.maintenance ? [`      middlewares: [${scalar(maintenanceName(table, table.maintenance))}]`] : []),
  ];
}

function middlewares({ maintenance, ...table }: RouteTable): string[] {
  if (!maintenance) return [];
  const { page, digest, retryAfter } = maintenance;
  return [
    '  middlewares:',
    `    ${scalar(maintenanceName(table, maintenance))}:`,
    `      plugin: { ${plugin}: { Page: ${scalar(`${folder}/${page}`)}, Digest: ${scalar(digest)}, RetryAfter: ${scalar(String(retryAfter))} } }`,
  ];
}

function backends(routes: readonly Route[]): Route[] {
  const byName = new Map(routes.map((route) => [`${route.service}:${route.port}`, route]));
  return [...byName].sort(([a], [b]) => compare(a, b)).map(([, route]) => route);
}

function backend(table: RouteTable, to: Route): string[] {
  const urls = table.targets
    .filter((target) => target.service === to.service && target.port === to.port && target.state === 'in')
    .map((target) => `http://${target.id}:${target.port}`)
    .sort();
  return [
    `    ${scalar(serviceName(table, to))}:`,
    '      loadBalancer:',
    '        passHostHeader: true',
    // Without a server Traefik answers 503 for this service; it refuses nothing.
    ...(urls.length > 0 ? ['        servers:', ...urls.map((url) => `          - url: ${scalar(url)}`)] : ['        servers: []']),
  ];
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
