import type { ProxyChange, ProxyPlace, Route, RouteTable, Target } from '@stagecraft/core/plugin-api';
import type { Config } from './config.js';
import { backendName, fileOf, folder, mapLine, markerOf, prefixOf, runtimePort } from './names.js';
import { runtimeScript } from './runtime-script.js';

/**
 * The owner's two files, and one command that brings the running HAProxy to the same: slots by the runtime API, a reload only where routes or
 * the number of slots differ. The command asks the proxy how it stands, so it is right from every state, also when it is run twice.
 */
export function change(config: Config, place: ProxyPlace, from: RouteTable | undefined, to: RouteTable | undefined): ProxyChange {
  const table = to ?? (from && { ...from, routes: [], targets: [] });
  if (!table) return { files: [], remove: [], run: [] };
  const names = [fileOf(table, 'cfg'), fileOf(table, 'map')] as const;
  const run = [{ argv: runtime(place, table, 'apply') }, ...(leaves(from, table) ? [{ argv: runtime(place, table, 'reap') }] : [])];
  if (table.routes.length === 0) return { files: [], remove: [...names], run };
  return { files: [{ path: names[0], content: renderBackends(config, place, table) }, { path: names[1], content: renderMap(table) }], remove: [], run };
}

function runtime(place: ProxyPlace, table: RouteTable, mode: 'apply' | 'reap'): string[] {
  const wanted = mode === 'reap' ? [] : targetsIn(table).flatMap((target) => [backendName(table, target), target.id, String(target.port)]);
  // The reaper waits until the last request has ended, so it stays behind.
  const how = mode === 'reap' ? ['-d'] : [];
  return ['docker', 'exec', ...how, place.container, 'sh', '-c', runtimeScript, 'sh', mode, String(runtimePort(place)), place.container, prefixOf(table), markerOf(table) ?? '', ...wanted];
}

/** Whether the change takes a target away: its slot is freed when its last request has ended. */
function leaves(from: RouteTable | undefined, to: RouteTable): boolean {
  const stay = new Set(targetsIn(to).map((target) => `${target.id}:${target.port}`));
  return from !== undefined && targetsIn(from).some((target) => !stay.has(`${target.id}:${target.port}`));
}

function targetsIn(table: RouteTable): Target[] {
  const routed = new Set(table.routes.map((route) => backendName(table, route)));
  return table.targets.filter((target) => target.state === 'in' && routed.has(backendName(table, target))).sort((a, b) => compare(key(table, a), key(table, b)));
}

function renderMap(table: RouteTable): string {
  return [`# Written by Stagecraft: routes of ${table.project}, environment ${table.environment}.`, ...table.routes.map((route) => mapLine(table, route)).sort(), ''].join('\n');
}

function renderBackends(config: Config, place: ProxyPlace, table: RouteTable): string {
  const byName = new Map<string, Route>(table.routes.map((route) => [backendName(table, route), route]));
  return [
    `# Written by Stagecraft: routes of ${table.project}, environment ${table.environment}. Changes are lost at the next deploy.`,
    '# Tells which routes are loaded, and answers where there is maintenance.',
    `backend ${markerOf(table) ?? ''}`,
    ...maintenance(table),
    ...[...byName.keys()].sort(compare).flatMap((name) => ['', ...renderBackend(config, place, table, name)]),
    '',
  ].join('\n');
}

// The page is read when the configuration is loaded: the file must be there as long as this line is.
function maintenance({ maintenance: now }: RouteTable): string[] {
  return now ? [`  http-request return status 503 content-type "text/html; charset=utf-8" hdr Cache-Control no-store hdr Retry-After ${now.retryAfter} file ${folder}/${now.page}`] : [];
}

function renderBackend(config: Config, place: ProxyPlace, table: RouteTable, name: string): string[] {
  const targets = targetsIn(table).filter((target) => backendName(table, target) === name);
  // Twice as many as are there: a rollout brings a second one for each.
  const slots = Math.max(config.slots, targets.length * 2);
  return [
    `backend ${name}`,
    // A name that the engine does not know yet must not stop the start for everybody: such a server waits for its name.
    // All free slots bear one name, and so one address.
    '  default-server resolvers stagecraft resolve-prefer ipv4 resolve-opts allow-dup-ip init-addr none',
    ...targets.map((target, index) => `  server s${index + 1} ${target.id}:${target.port}`),
    // A free slot needs an address of some kind, or the runtime API could never give it one; and a name that the engine answers itself.
    ...Array.from({ length: slots - targets.length }, (_, index) => `  server s${targets.length + index + 1} ${place.container}:1 init-addr 127.0.0.1 disabled`),
  ];
}

function key(table: RouteTable, target: Target): string {
  return `${backendName(table, target)} ${target.id}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
