import type { Desired } from '../compose/model.js';
import type { Route } from '../plugin-api/route.js';
import type { Found } from '../rollout/found.js';
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

export function serviceStage(stage: Stage, { change, here, routed, join }: ServiceOnHost): ServiceStage | undefined {
  const service = change.wanted;
  return service && { host: stage.host, service, change: here, routed, join };
}

function servicesOn(view: HostView, rules: ReadonlyMap<string, readonly Route[]>, changes: readonly ServiceChange[]): ReadonlyMap<string, ServiceOnHost> {
  const targets = new Map<string, Set<string>>();
  for (const target of view.table.targets) if (target.state === 'in') targets.set(target.service, (targets.get(target.service) ?? new Set()).add(target.id));
  const entries = changes.flatMap((change): (readonly [string, ServiceOnHost])[] => {
    const here = change.hosts.find((h) => h.host === view.name);
    if (!here) return [];
    const routed = rules.has(change.name);
    const known = targets.get(change.name) ?? new Set();
    const join = change.selected && routed ? here.keep.filter((c) => !c.aliases.some((alias) => known.has(alias)) && (c.aliases.length === 0 || c.health === 'starting')) : [];
    return [[change.name, { change, here, routed, join, arrives: here.start + here.resume.length + join.length > 0 }]];
  });
  return new Map(entries);
}

function rulesByService(routes: readonly Route[]): ReadonlyMap<string, readonly Route[]> {
  const rules = new Map<string, Route[]>();
  for (const route of routes) rules.set(route.service, [...(rules.get(route.service) ?? []), route]);
  return rules;
}
