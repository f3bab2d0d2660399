import type { Action } from '../plan/types.js';
import { edgeFunctions } from '../routes/edge.js';
import { lists, tableScript, untilListed } from './proxy-of.js';
import type { StepKind, StepWorld } from './types.js';

type Retire = Extract<Action, { kind: 'route.retire' }>;

/** Old containers get no new request; those that are open go on. */
export const routeRetire: StepKind<Retire> = {
  done: (action, world) => lists(world, action.to, [action.service]),
  script: (action, world) => tableScript(world, action.from, action.to),
  settle: (action, world) => untilListed(world, action.to, [action.service], action.acknowledgeMs),
  undo: {
    done: (action, world) => lists(world, action.from, [action.service]),
    script: (action, world) => [...rejoin(action, world), tableScript(world, action.to, action.from)].join('\n'),
    settle: (action, world) => untilListed(world, action.from, [action.service], action.acknowledgeMs),
  },
};

/** Those that a stop took off the edge are there again before the proxy's files name them. */
function rejoin(action: Retire, world: StepWorld): string[] {
  const stops = world.plan.steps.flatMap((step) => (step.action.kind === 'container.stop' && step.action.service === action.service && step.host === world.host ? [step.action] : []));
  const lines = stops.flatMap(({ edge, ids }) => (edge === undefined ? [] : ids.flatMap((old) => (old.aliases.length === 0 ? [] : [joinLine(edge, old.id, old.aliases)]))));
  return lines.length === 0 ? [] : [edgeFunctions(world.scope), ...lines];
}

function joinLine(edge: string, id: string, aliases: readonly string[]): string {
  return `joined ${edge} ${id} || docker network connect ${aliases.map((alias) => `--alias ${alias}`).join(' ')} ${edge} ${id}`;
}
