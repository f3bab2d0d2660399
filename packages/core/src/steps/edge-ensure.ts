import type { Action } from '../plan/types.js';
import { edgeFunctions } from '../routes/edge.js';
import { proxyFolder } from '../routes/proxy-files.js';
import type { StepKind } from './types.js';

/** The environment's own network to the proxy is there, and the proxy is on it. It has no way out: what it connects is proxy and containers. */
export const edgeEnsure: StepKind<Extract<Action, { kind: 'edge.ensure' }>> = {
  async done(action, world) {
    const [proxy] = await world.containers.list({ 'com.docker.compose.project': world.scope.proxyProject });
    return proxy !== undefined && action.network in proxy.networks;
  },
  script: (action, world) =>
    [
      'proxy_lock',
      edgeFunctions(world.scope, { 'stagecraft.project': world.plan.desired.project, 'stagecraft.env': world.plan.desired.environment }),
      `network ${action.network} --internal`,
      // Recorded before the proxy joins: whoever starts it makes and joins what is recorded.
      `mkdir -p ${proxyFolder}/edges`,
      `: >${proxyFolder}/edges/${action.network}`,
      `sync ${proxyFolder}/edges ${proxyFolder} 2>/dev/null || sync`,
      `join ${action.network} ${world.scope.proxyContainer}`,
    ].join('\n'),
};
