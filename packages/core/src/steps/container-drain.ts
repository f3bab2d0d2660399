import { drained } from '../io/catalogue/routes.js';
import { isStagecraftError } from '../errors/index.js';
import type { Action } from '../plan/types.js';
import type { Target } from '../plugin-api/route.js';
import { openConnections } from '../routes/connections.js';
import type { StepKind, StepWorld } from './types.js';

type Drain = Extract<Action, { kind: 'container.drain' }>;
type By = 'proxy' | 'connections' | 'time';

/** Between two questions. */
const betweenMs = 100;
/** That often in a row nothing must be open: a request may be between the proxy and the container. */
const quietPolls = 3;
/** Where nobody can tell what is open. */
const blindMs = 5_000;

/**
 * Waits until no request is open on the old containers, or the time is over; SIGTERM then asks them to finish what is left. The proxy's own
 * count is exact; else the kernel's table of the container tells, in which connections that wait for a request count too.
 */
export const containerDrain: StepKind<Drain> = {
  lasting: true,
  done: async (action, world) => (await count(action, world)).open === 0,
  async settle(action, world) {
    const begun = world.clock.now();
    for (let quiet = 0; ; ) {
      const { open, by } = await count(action, world);
      const ms = world.clock.now() - begun;
      quiet = open === 0 ? quiet + 1 : 0;
      if (quiet >= quietPolls || ms >= (open === undefined ? Math.min(blindMs, action.timeoutMs) : action.timeoutMs)) {
        world.proxy?.context.io.event(drained({ host: world.host, service: action.service, ms, left: open ?? 0, by }));
        return;
      }
      if (open !== 0) world.waiting(open === undefined ? `old ${action.service} to finish its requests` : `${open} open ${by === 'proxy' ? 'requests' : 'connections'} of old ${action.service} to end`);
      await world.clock.sleep(betweenMs, world.signal);
    }
  },
};

async function count(action: Drain, world: StepWorld): Promise<{ readonly open: number | undefined; readonly by: By }> {
  const targets = targetsOf(action, world);
  const byProxy = await countByProxy(targets, world);
  if (byProxy !== undefined) return { open: byProxy, by: 'proxy' };
  const byTable = await countConnectionsOf(action, targets, world);
  return byTable === undefined ? { open: undefined, by: 'time' } : { open: byTable, by: 'connections' };
}

async function countByProxy(targets: readonly Target[], world: StepWorld): Promise<number | undefined> {
  const { proxy } = world;
  if (!proxy?.provider.open || targets.length === 0) return undefined;
  let sum = 0;
  for (const target of targets) {
    try {
      const open = await proxy.provider.open(proxy.context, world.host, proxy.place, target);
      if (open === undefined) return undefined;
      sum += open;
    } catch (error) {
      // A proxy that cannot be asked now: the kernel still can.
      if (!isStagecraftError(error) || error.kind !== 'external') throw error;
      return undefined;
    }
  }
  return sum;
}

async function countConnectionsOf(action: Drain, targets: readonly Target[], world: StepWorld): Promise<number | undefined> {
  const ports = [...new Set(targets.map((target) => target.port))].sort((a, b) => a - b);
  let sum = 0;
  for (const id of action.ids) {
    const container = await world.containers.inspect(id);
    if (container?.status !== 'running') continue;
    const open = await openConnections(world.shell, container, ports);
    if (open === undefined) return undefined;
    sum += open;
  }
  return sum;
}

/** The old targets with their ports, as the tables of the plan name them. */
function targetsOf(action: Drain, world: StepWorld): readonly Target[] {
  const tables = world.plan.steps.flatMap(({ action: other }) => (other.kind === 'route.retire' || other.kind === 'route.admit' || other.kind === 'route.apply' ? [other.from, other.to] : []));
  const byKey = new Map(tables.flatMap((table) => table.targets).map((target) => [`${target.id}:${target.port}`, target]));
  return [...byKey].filter(([, target]) => action.targets.includes(target.id)).sort(([a], [b]) => (a < b ? -1 : 1)).map(([, target]) => target);
}
