import type { Action } from '../plan/types.js';
import { ownContainers } from './containers-of.js';
import { createScript, discardMs, discardScript } from './create.js';
import type { StepKind, StepWorld } from './types.js';

type Start = Extract<Action, { kind: 'container.start' }>;

/** Creates the new containers beside the old ones, and starts them. */
export const containerStart: StepKind<Start> = {
  async done(action, world) {
    const own = await ownContainers(world, action.service);
    return own.length >= action.count && own.every((c) => c.status === 'running' || c.status === 'restarting');
  },
  script: (action, world) => [createScript(world, action.service, action.count), 'timeout -k 10 60 docker start $ids >/dev/null'].join('\n'),
  undo: {
    done: async (action, world) => (await ownContainers(world, action.service)).length === 0,
    script: (action, world) => discardScript(world, action.service, graceOf(action, world)),
    timeoutMs: (action, world) => discardMs(graceOf(action, world)),
  },
};

function graceOf(action: Start, world: StepWorld): number {
  return world.plan.desired.services.find((s) => s.name === action.service)?.stopGraceMs ?? 10_000;
}
