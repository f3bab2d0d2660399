import type { Desired, DesiredService } from '../compose/model.js';
import type { Route } from '../plugin-api/route.js';
import { isFit, type Found } from '../rollout/found.js';
import type { HostChange } from '../rollout/reconcile.js';
import type { HostStage, ServiceStage } from '../rollout/stage.js';
import { editTable, ruleKey } from '../routes/table.js';
import type { ServiceChange } from './changes.js';
import type { Step } from './types.js';
import { edgeOf, runsOn, type HostView } from './view.js';

/** A host with what it is, what it ends with, and the services that have something to do on it. */
export interface Stage {
  readonly view: HostView;
  readonly host: HostStage;
  readonly services: ReadonlyMap<string, ServiceOnHost>;
}

export interface ServiceOnHost {
  readonly change: ServiceChange;
  readonly here: HostChange;
  readonly routed: boolean;
  readonly join: readonly Found[];
  /** Containers are brought up for it, or let in. */
  readonly arrives: boolean;
}

/** @param steps where the hosts' rollout steps go, all into one list. */
export function stageHosts(model: Desired, changes: readonly ServiceChange[], views: readonly HostView[], release: string, steps: Step[]): readonly Stage[] {
  return views.map((view) => {
    const placed = new Set(model.services.filter((service) => runsOn(model, service, view.name)).map((service) => service.name));
    const rules = rulesByService(model.routes.filter((route) => placed.has(route.service)));
    const all = [...rules.values()].flat();
    const host: HostStage = {
      name: view.name,
      edge: edgeOf(model),
      release,
      acknowledgeMs: model.rollout.acknowledgeMs,
      table: editTable(view.table, all),
      rules,
      ruleKeys: new Set(all.map(ruleKey)),
      steps,
      edgeStep: undefined,
      lastRouteStep: undefined,
    };
    return { view, host, services: servicesOn(view, rules, changes) };
  });
}

export function serviceStage(stage: Stage, { change, here, routed, join }: ServiceOnHost): ServiceStage {
  return { host: stage.host, service: change.wanted ?? change.serving ?? stranger(change.name), change: here, routed, join };
}

/** A service of which only containers are left: Compose's own defaults tell how to end them. */
function stranger(name: string): DesiredService {
  const location = { file: '', line: 1, column: 1 };
  const times = { healthTimeoutMs: 60_000, settleMs: 5_000, drainMs: 30_000, stopGraceMs: 10_000 };
  return { name, kind: 'service', role: 'app', replicas: 0, singleton: false, location, definition: {}, dependsOn: [], image: { reference: '' }, variables: [], files: [], healthcheck: false, ...times, obstacles: [], routed: false };
}

function servicesOn(view: HostView, rules: ReadonlyMap<string, readonly Route[]>, changes: readonly ServiceChange[]): ReadonlyMap<string, ServiceOnHost> {
  const targets = new Map<string, Set<string>>();
  for (const target of view.table.targets) if (target.state === 'in') targets.set(target.service, (targets.get(target.service) ?? new Set()).add(target.id));
  const owners = new Map(view.table.routes.map((rule) => [ruleKey(rule), rule.service]));
  const entries = changes.flatMap((change): (readonly [string, ServiceOnHost])[] => {
    const here = change.hosts.find((h) => h.host === view.name);
    if (!here) return [];
    const routed = rules.has(change.name);
    const known = targets.get(change.name) ?? new Set();
    const join = change.selected && routed ? joining(here, known, (rules.get(change.name) ?? []).some((rule) => owners.get(ruleKey(rule)) !== change.name)) : [];
    return [[change.name, { change, here, routed, join, arrives: here.start + here.resume.length + join.length > 0 }]];
  });
  return new Map(entries);
}

/** Kept ones that go through a gate before a rule leads to them: unknown to the proxy and young or nameless; where the service gets new rules, all, unless one is fit. */
function joining(here: HostChange, known: ReadonlySet<string>, gains: boolean): readonly Found[] {
  const fit = here.keep.some(isFit);
  return here.keep.filter((c) => {
    const there = c.aliases.some((alias) => known.has(alias));
    return there ? gains && !fit : c.aliases.length === 0 || !isFit(c);
  });
}

function rulesByService(routes: readonly Route[]): ReadonlyMap<string, readonly Route[]> {
  const rules = new Map<string, Route[]>();
  for (const route of routes) rules.set(route.service, [...(rules.get(route.service) ?? []), route]);
  return rules;
}
