import { fail } from '../errors/index.js';
import type { Walk } from '../phases/types.js';
import type { SealedPlan } from '../plan/types.js';
import { lastLines, passed } from '../steps/gate.js';

/** The last look before the point of no return, on every host: whatever passed its gate must still be up. */
export async function stillHealthy(walk: Walk, plan: SealedPlan): Promise<void> {
  const gates = plan.steps.filter((step) => step.action.kind === 'container.gate');
  for (const step of gates) {
    if (step.action.kind !== 'container.gate') continue;
    const { service, ids, count } = step.action;
    const world = walk.world(step);
    const found = ids ? await Promise.all(ids.map((id) => world.containers.inspect(id))) : await world.containers.list({ 'com.docker.compose.project': plan.desired.composeProject, 'com.docker.compose.service': service, 'stagecraft.operation': plan.operation });
    if (found.length < count) throw fail({ code: 'SC3404', kind: 'external', message: `Containers of ${service} passed their gate, but ${count - found.length} of ${count} are gone now, before the release was committed.`, next: ['docker events --since 10m --until 0s'] });
    const down = found.find((c) => !c || c.restartCount > 0 || !passed(c, { settleMs: 0 }, world.clock.now()));
    if (down) throw fail({ code: 'SC3404', kind: 'external', message: `${down.name} of ${service} passed its gate, but is ${down.health ?? down.status} now, before the release was committed.`, next: [`stagecraft logs ${service}`], tail: await lastLines(world, down.id) });
  }
}
