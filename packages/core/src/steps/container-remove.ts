import type { Action } from '../plan/types.js';
import type { StepKind } from './types.js';

/** Removes containers for good; planned only after the decision is commit. Volumes stay. */
export const containerRemove: StepKind<Extract<Action, { kind: 'container.remove' }>> = {
  lasting: true,
  async done(action, world) {
    const found = await Promise.all(action.ids.map((id) => world.containers.inspect(id)));
    return found.every((c) => c === undefined);
  },
  script(action) {
    const seconds = Math.ceil(action.graceMs / 1000);
    return action.ids
      // Stopped before, it mostly can just go. With -f what is not there is no failure, and an engine that is not there is one.
      .map((id) => `docker rm ${id} >/dev/null 2>&1 || { timeout -k 10 ${seconds + 60} docker stop -t ${seconds} ${id} >/dev/null 2>&1 || :; docker rm -f ${id} >/dev/null; }`)
      .join('\n');
  },
  timeoutMs: (action) => (action.graceMs + 60_000) * Math.max(1, action.ids.length),
};
