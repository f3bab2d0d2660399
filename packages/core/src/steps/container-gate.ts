import type { Action } from '../plan/types.js';
import type { ContainerState } from '../ports/containers.js';
import { ownContainers } from './containers-of.js';
import { gate, passed } from './gate.js';
import type { StepKind, StepWorld } from './types.js';

type Gate = Extract<Action, { kind: 'container.gate' }>;

/** Waits until the new containers may take work. */
export const containerGate: StepKind<Gate> = {
  async done(action, world) {
    const found = await gated(action, world);
    return found.length >= action.count && found.every((c) => passed(c, action, world.clock.now()));
  },
  settle: (action, world) => gate(world, action, () => gated(action, world)),
};

async function gated(action: Gate, world: StepWorld): Promise<readonly ContainerState[]> {
  if (!action.ids) return ownContainers(world, action.service);
  const found = await Promise.all(action.ids.map((id) => world.containers.inspect(id)));
  return found.filter((c) => c !== undefined);
}
