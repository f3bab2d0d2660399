import type { Action } from '../plan/types.js';
import { edgeFunctions } from '../routes/edge.js';
import { proxyFolder } from '../routes/proxy-files.js';
import type { StepKind } from './types.js';

/** The edge goes after the proxy left it: a proxy that has a network which is gone does not start again. */
export const edgeRemove: StepKind<Extract<Action, { kind: 'edge.remove' }>> = {
  lasting: true,
  async done(action, world) {
    const networks = await world.containers.networks({ 'stagecraft.dir': world.scope.dir });
    return !networks.some((network) => network.name === action.network);
  },
  script: (action, world) =>
    [
      'proxy_lock',
      edgeFunctions(world.scope),
      `leave ${action.network} ${world.scope.proxyContainer}`,
      `rm -f ${proxyFolder}/edges/${action.network}`,
      // Where the engine does not answer, the network is not gone.
      `if docker network inspect ${action.network} >/dev/null 2>&1; then timeout -k 10 60 docker network rm ${action.network} >/dev/null; else docker network ls -q >/dev/null; fi`,
    ].join('\n'),
};
