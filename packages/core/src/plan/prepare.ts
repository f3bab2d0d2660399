import type { Desired } from '../compose/model.js';
import type { RouteTable } from '../plugin-api/route.js';
import { giveRules, namesIn } from '../rollout/arrive.js';
import { list } from '../rollout/reconcile.js';
import { addHostStep } from '../rollout/stage.js';
import { ruleKey, sameTable } from '../routes/table.js';
import type { ServiceOnHost, Stage } from './stages.js';

/** What comes before any service: the proxy, the edge, and the routes of containers that stay as they are. */
export function prepareHost(stage: Stage, model: Desired, whole: boolean): void {
  const waits = [...ensureProxy(stage, model)];
  waits.push(...ensureEdge(stage, waits));
  applyRoutes(stage, waits, whole);
}

function ensureProxy({ host, view, services }: Stage, model: Desired): readonly string[] {
  const { proxy } = model;
  if (!proxy || host.ruleKeys.size === 0) return [];
  const recorded = view.serving?.proxy?.provider === proxy.provider && view.table.routes.length > 0;
  const there = view.live ? view.proxy?.provider === proxy.provider && view.proxy.running : recorded || ![...services.values()].some(letsIn);
  if (there) return [];
  const why = !view.live ? 'there are routes' : view.proxy?.provider === proxy.provider ? 'stopped' : 'not there yet';
  return [addHostStep(host, 'proxy/ensure', { action: { kind: 'proxy.ensure', provider: proxy.provider }, touches: [`proxy:${proxy.provider}`], why, dependsOn: [] })];
}

function ensureEdge({ host, view, services }: Stage, proxy: readonly string[]): readonly string[] {
  if (host.ruleKeys.size === 0 || (proxy.length === 0 && (view.edgeSeen || ![...services.values()].some(letsIn)))) return [];
  const why = 'the proxy reaches the containers over it';
  host.edgeStep = addHostStep(host, 'edge/ensure', { action: { kind: 'edge.ensure', network: host.edge }, touches: [`network:${host.edge}`], why, dependsOn: proxy });
  return [host.edgeStep];
}

/** One change of the table for all services that have their containers already; before any container moves, so that rules can be taken over. */
function applyRoutes(stage: Stage, waits: readonly string[], whole: boolean): void {
  const { host, view, services } = stage;
  const { table } = host;
  if (view.table.routes.length + view.table.targets.length + host.ruleKeys.size === 0) return;
  for (const entry of services.values()) settle(stage, entry);
  if (whole) dropStrangers(stage);
  const to = table.current();
  if (sameTable(view.table, to)) return;
  const changed = changedServices(view.table, to);
  addHostStep(host, 'routes/apply', {
    action: { kind: 'route.apply', from: view.table, to, acknowledgeMs: host.acknowledgeMs },
    touches: changed.map((name) => `route:${name}`),
    why: `routes of ${list(changed)} changed`,
    dependsOn: waits,
    undo: 'routes as before',
  });
}

/** Kept containers under the rules that their service ends with. What arrives or goes does it in its own steps. */
function settle({ host, view }: Stage, { change, here, routed, arrives }: ServiceOnHost): void {
  if (!change.selected || here.change === 'remove' || (routed ? arrives : here.stop.length > 0)) return;
  const { table } = host;
  giveRules(host, change.name);
  const known = new Set(view.table.targets.filter((target) => target.service === change.name).map((target) => target.id));
  const living = new Set([...here.keep, ...here.stop].flatMap((c) => c.aliases));
  table.keepTargets(change.name, table.idsOf(change.name).filter((name) => living.has(name)));
  if (routed) table.addTargets(change.name, here.keep.flatMap((c) => namesIn(c, known)));
}

/** Rules and targets of services that nobody wants here and of which nothing is left. */
function dropStrangers({ host, view, services }: Stage): void {
  const strangers = new Set([...view.table.routes, ...view.table.targets].map((entry) => entry.service).filter((service) => !services.has(service) && !host.rules.has(service)));
  for (const service of strangers) {
    giveRules(host, service);
    host.table.keepTargets(service, []);
  }
}

function letsIn({ routed, arrives }: ServiceOnHost): boolean {
  return routed && arrives;
}

/** Services whose rules or targets differ, in lexical order. */
function changedServices(a: RouteTable, b: RouteTable): readonly string[] {
  const of = (table: RouteTable): ReadonlyMap<string, string> => {
    const lines = new Map<string, string[]>();
    for (const route of table.routes) lines.set(route.service, [...(lines.get(route.service) ?? []), `${ruleKey(route)} ${route.port}`]);
    for (const target of table.targets) lines.set(target.service, [...(lines.get(target.service) ?? []), `${target.id} ${target.port} ${target.state}`]);
    return new Map([...lines].map(([service, entries]) => [service, entries.sort().join('\n')]));
  };
  const [before, after] = [of(a), of(b)];
  return [...new Set([...before.keys(), ...after.keys()])].filter((service) => before.get(service) !== after.get(service)).sort();
}
