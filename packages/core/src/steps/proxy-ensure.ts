import { fail, isStagecraftError } from '../errors/index.js';
import type { Action } from '../plan/types.js';
import { ensureScript } from '../routes/proxy-project.js';
import { lastLines } from './gate.js';
import { proxyOf } from './proxy-of.js';
import type { StepKind, StepWorld } from './types.js';

/** How long the proxy may take to answer after its start. */
const startMs = 30_000;

/** The owner of nothing: what the proxy says of it tells that it answers. */
const nobody = { project: 'stagecraft', environment: 'nobody', routes: [], targets: [] };

/** The host's one proxy runs and answers. A running one is left alone, whatever its definition: that is for `proxy upgrade`. */
export const proxyEnsure: StepKind<Extract<Action, { kind: 'proxy.ensure' }>> = {
  done: async (_action, world) => (await proxyContainer(world))?.status === 'running' && (await unanswered(world)) === undefined,
  script: (_action, world) => ensureScript({ scope: world.scope, ...proxyOf(world) }),
  timeoutMs: () => 12 * 60_000,
  async settle(_action, world) {
    const { id } = proxyOf(world);
    const begun = world.clock.now();
    world.waiting(`${id} to answer`);
    for (let error = await unanswered(world); error !== undefined; error = await unanswered(world)) {
      if (world.clock.now() - begun > startMs) throw await notUp(world, error);
      await world.clock.sleep(100, world.signal);
    }
  },
};

async function unanswered(world: StepWorld): Promise<unknown> {
  const { provider, context, place } = proxyOf(world);
  try {
    await provider.observe(context, world.host, place, nobody);
    return undefined;
  } catch (error) {
    if (isStagecraftError(error) && error.kind === 'external') return error;
    throw error;
  }
}

async function notUp(world: StepWorld, error: unknown): Promise<Error> {
  const container = await proxyContainer(world);
  return fail({
    code: 'SC4206',
    kind: 'external',
    message: `The proxy ${proxyOf(world).id} on ${world.host} does not answer ${startMs / 1000} s after its start: its container ${container ? `is ${container.status}` : 'is gone'}. ${error instanceof Error ? error.message : ''}`.trim(),
    next: [`docker logs ${world.scope.proxyContainer}`],
    tail: container ? await lastLines(world, container.id) : [],
    cause: error,
  });
}

async function proxyContainer(world: StepWorld): ReturnType<StepWorld['containers']['inspect']> {
  return (await world.containers.list({ 'com.docker.compose.project': world.scope.proxyProject })).at(0);
}
