import type { Action } from '../plan/types.js';
import { edgeFunctions } from '../routes/edge.js';
import type { ContainerState } from '../ports/containers.js';
import { containerDrain } from './container-drain.js';
import { ownContainers } from './containers-of.js';
import { lists, tableScript, untilListed } from './proxy-of.js';
import type { StepKind, StepWorld } from './types.js';

type Admit = Extract<Action, { kind: 'route.admit' }>;

/** New containers get requests beside the old ones, under names that no other release bears. */
export const routeAdmit: StepKind<Admit> = {
  async done(action, world) {
    const found = await joining(action, world);
    return found.length === action.edge.aliases.length && found.every((c) => action.edge.network in c.networks) && (await lists(world, action.to, [action.service]));
  },
  // The proxy resolves the names, so they must be there before its files say them.
  script: (action, world) => [joinScript(action, world), tableScript(world, action.from, action.to)].join('\n'),
  settle: (action, world) => untilListed(world, action.to, [action.service], action.acknowledgeMs),
  undo: {
    done: (action, world) => lists(world, action.from, [action.service]),
    // The new containers leave the edge when they are removed: to disconnect them now would cut their open requests.
    script: (action, world) => tableScript(world, action.to, action.from),
    async settle(action, world) {
      await untilListed(world, action.from, [action.service], action.acknowledgeMs);
      if (action.drainMs === undefined) return;
      const ids = (await joining(action, world)).map((c) => c.id);
      await containerDrain.settle?.({ kind: 'container.drain', service: action.service, ids, targets: action.edge.aliases, timeoutMs: action.drainMs }, world);
    },
  },
};

/** The containers that the step lets in: those that exist already, or those that the operation made. */
async function joining(action: Admit, world: StepWorld): Promise<readonly ContainerState[]> {
  if (!action.ids) return ownContainers(world, action.service);
  return (await Promise.all(action.ids.map((id) => world.containers.inspect(id)))).filter((c) => c !== undefined);
}

function joinScript(action: Admit, world: StepWorld): string {
  const { network, aliases } = action.edge;
  const labels = { 'com.docker.compose.project': world.plan.desired.composeProject, 'com.docker.compose.service': action.service, 'stagecraft.operation': world.plan.operation };
  const filters = Object.entries(labels).map(([name, value]) => `--filter label=${name}=${value}`);
  return [
    edgeFunctions(world.scope),
    action.ids ? `ids='${action.ids.join(' ')}'` : `ids=$(docker ps -a --no-trunc ${filters.join(' ')} --format '{{.Label "com.docker.compose.container-number"}} {{.ID}}' | sort -n | cut -d ' ' -f 2)`,
    `[ "$(printf '%s\\n' $ids | grep -c .)" -eq ${aliases.length} ] || { echo "expected ${aliases.length} new containers of ${action.service}, there are $(printf '%s\\n' $ids | grep -c .)"; exit 70; }`,
    `set -- ${aliases.join(' ')}`,
    // A new container mostly is not on it, and to ask first costs as much as to do it.
    `for id in $ids; do timeout -k 10 60 docker network connect --alias "$1" ${network} "$id" 2>/dev/null || join ${network} "$id" "$1"; shift; done`,
  ].join('\n');
}
