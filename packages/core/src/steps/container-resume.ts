import type { Action } from '../plan/types.js';
import type { StepKind } from './types.js';

/** Starts containers that are already what is wanted, but stopped. */
export const containerResume: StepKind<Extract<Action, { kind: 'container.resume' }>> = {
  async done(action, world) {
    const found = await Promise.all(action.ids.map((id) => world.containers.inspect(id)));
    return found.every((c) => c?.status === 'running');
  },
  // A stop that was sent earlier and not waited for would end the container after `start` returned 0 (measured): the same stop again waits for it.
  script: (action) => action.ids.map((id) => `[ "$(docker inspect -f '{{.State.Running}}' ${id})" = true ] || { docker stop ${id} >/dev/null || :; docker start ${id} >/dev/null; }`).join('\n'),
  undo: {
    async done(action, world) {
      const found = await Promise.all(action.ids.map((id) => world.containers.inspect(id)));
      return found.every((c) => c?.status !== 'running');
    },
    script: (action) => (action.ids.length === 0 ? '' : `docker stop ${action.ids.join(' ')} >/dev/null`),
    timeoutMs: () => 300_000,
  },
};
