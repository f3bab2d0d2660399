import type { Desired } from '../compose/model.js';
import { fail } from '../errors/index.js';
import { holdsOpen } from '../io/catalogue/phases.js';
import type { DraftPlan } from '../plan/types.js';
import { list } from '../rollout/reconcile.js';
import type { Workspace } from './types.js';

/**
 * Asks before a service that holds data is taken down: its name has to be typed. `--yes` is no answer to that; where nobody can be asked the name has to be
 * given beforehand. What is away meanwhile is told first.
 * @throws StagecraftError SC5053 `user` when it was not confirmed; nothing has changed then.
 */
export async function confirmReplace(ws: Workspace, plan: DraftPlan, desired: Desired, confirmed: readonly string[]): Promise<void> {
  const named = new Set(plan.replace ?? []);
  const ending = plan.services.filter((service) => named.has(service.service) && (service.change === 'replace' || service.change === 'remove')).map((service) => service.service);
  for (const name of ending) {
    ws.io.event(holdsOpen({ text: costOf(desired, name, plan.services.find((service) => service.service === name)?.change === 'remove') }));
    if (confirmed.includes(name)) continue;
    const answer = await ws.io.ask({ code: 'SC5053', text: `Type the name of the service, ${name}, to replace it:`, choices: [], fallback: '' });
    if (answer === name) continue;
    throw fail({
      code: 'SC5053',
      kind: 'user',
      message: `${name} holds data and is not replaced without a confirmation of its own${answer === '' ? '' : `: ${answer} is not its name`}. Nothing was changed.`,
      next: [`stagecraft deploy --replace ${name}, and type its name`, `Where nobody can be asked: stagecraft deploy --replace ${name} --confirm-replace ${name}`],
    });
  }
}

function costOf(desired: Desired, name: string, gone: boolean): string {
  if (gone) return `${name} is not in the Compose file any more: its container is removed, its volumes stay.`;
  const without = dependantsOf(desired, name);
  const routes = desired.routes.filter((route) => route.service === name || without.includes(route.service)).map((route) => `${route.host ?? '*'}${route.path ?? '/'}`);
  const others = without.length > 0 ? ` ${list(without)} ${without.length === 1 ? 'needs' : 'need'} it${routes.length > 0 ? `, and so do requests to ${list([...new Set(routes)].sort())}` : ''}.` : '';
  return `${name} holds data: it is stopped, then made anew on the same volumes. It is away until the new one is healthy.${others}`;
}

/** Every service that needs it, over others too. */
function dependantsOf(desired: Desired, name: string): readonly string[] {
  const found = new Set<string>();
  const look = (of: string): void => {
    for (const service of desired.services) {
      if (found.has(service.name) || service.kind === 'job' || !service.dependsOn.some((dependency) => dependency.service === of)) continue;
      found.add(service.name);
      look(service.name);
    }
  };
  look(name);
  return [...found].sort();
}
