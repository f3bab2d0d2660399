import { addHostStep, addStep } from '../rollout/stage.js';
import type { Stage } from './stages.js';
import type { Step } from './types.js';

/** After commit: what ended is removed, and an edge over which nothing is routed. */
export function finalizeHost(stage: Stage, rollout: ReadonlySet<string>): readonly Step[] {
  const { view, services } = stage;
  const steps: Step[] = [];
  const host = { ...stage.host, steps };
  for (const { change, here } of services.values()) {
    if (here.remove.length === 0) continue;
    const { name } = change;
    addStep(host, name, 'remove', {
      phase: 'finalize',
      action: { kind: 'container.remove', service: name, ids: here.remove.map((c) => c.id), graceMs: (change.wanted ?? change.serving)?.stopGraceMs ?? 10_000 },
      touches: [`container:${name}`],
      why: here.change === 'remove' ? here.why : change.wanted?.kind === 'job' ? 'ran for an earlier release' : 'kept until the release was committed',
      dependsOn: ['stop', 'drain', 'retire', 'run'].map((verb) => `${view.name}/${name}/${verb}`).filter((id) => rollout.has(id)).slice(0, 1),
    });
  }
  // A network cannot be removed while something that runs is on it.
  const inUse = [...services.values()].some(({ here }) => [...here.keep, ...here.resume].some((c) => c.onEdge));
  if (inUse || host.ruleKeys.size > 0 || host.table.current().routes.length > 0 || (view.table.routes.length === 0 && ![...view.found.values()].flat().some((c) => c.onEdge))) return steps;
  addHostStep(host, 'edge/take-down', {
    phase: 'finalize',
    action: { kind: 'edge.remove', network: host.edge },
    touches: [`network:${host.edge}`],
    why: 'no routes are left',
    dependsOn: [...steps.map((step) => step.id), ...(host.lastRouteStep === undefined ? [] : [host.lastRouteStep])],
  });
  return steps;
}
