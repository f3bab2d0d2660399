import type { Desired } from '../compose/model.js';
import { lives } from '../rollout/found.js';
import type { HostChange } from '../rollout/reconcile.js';
import { verdictOf } from '../rollout/verdict.js';
import type { ServiceChange } from './changes.js';
import type { Change, ServicePlan, Step, Verdict } from './types.js';
import type { HostView } from './view.js';

/** The most telling first: what a service is said to do where its hosts differ. */
const weight: readonly Change[] = ['replace', 'create', 'unknown', 'scale', 'resume', 'run', 'remove', 'held', 'none'];

/** What happens to each service, and what it costs, sorted by name. */
export function servicePlans(model: Desired, changes: readonly ServiceChange[], hosts: readonly HostView[], steps: readonly Step[]): readonly ServicePlan[] {
  const routed = new Set(model.routes.map((route) => route.service));
  const served = new Set(hosts.flatMap((host) => host.table.routes.map((route) => route.service)));
  const dependants = dependantsOf(model);
  const applied = new Set(steps.flatMap((step) => (step.action.kind === 'route.apply' || step.action.kind === 'route.admit' ? step.touches : [])));
  return changes.map((change): ServicePlan => {
    const service = change.wanted ?? change.serving;
    const here = mostTelling(change.hosts);
    const kind = service?.kind ?? 'service';
    const said = here ?? external(change, model);
    const rerouted = said.change === 'none' && change.selected && applied.has(`route:${change.name}`);
    return {
      service: change.name,
      kind,
      change: said.change,
      differs: rerouted ? ['routes'] : said.differs,
      why: rerouted ? 'routes changed' : said.why,
      verdict: service
        ? verdictOf({
            service,
            change: said.change,
            routed: routed.has(change.name) || served.has(change.name),
            dependants: dependants.get(change.name) ?? [],
            ends: change.hosts.some((h) => h.stop.some(lives)),
            remains: service.replicas > 0,
          })
        : unknownVerdict,
      ...(service ? { location: service.location } : {}),
    };
  });
}

const unknownVerdict: Verdict = { strategy: 'none', promise: 'best effort', reasons: [] };

function mostTelling(hosts: readonly HostChange[]): HostChange | undefined {
  return [...hosts].sort((a, b) => weight.indexOf(a.change) - weight.indexOf(b.change)).at(0);
}

function external({ wanted, selected }: ServiceChange, model: Desired): { readonly change: Change; readonly differs: readonly string[]; readonly why: string } {
  const why = !selected ? 'not selected' : wanted?.kind === 'external' ? 'external: never deployed' : `no host of ${model.environment} runs it`;
  return { change: 'none', differs: [], why };
}

function dependantsOf(model: Desired): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const service of model.services) {
    if (service.kind === 'job') continue;
    for (const dependency of service.dependsOn) found.set(dependency.service, [...(found.get(dependency.service) ?? []), service.name]);
  }
  return found;
}
