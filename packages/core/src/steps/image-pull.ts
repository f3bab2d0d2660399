import { quote } from '../hosts/quote.js';
import type { Action } from '../plan/types.js';
import type { StepKind } from './types.js';

/** The host pulls a third-party image itself. Three tries, then stop; nothing of the application has changed. */
export const imagePull: StepKind<Extract<Action, { kind: 'image.pull' }>> = {
  lasting: true,
  done: async (action, world) => (await world.containers.image(action.reference)) !== undefined,
  script: (action) => `for try in 1 2 3; do timeout -k 10 300 docker pull --quiet ${quote(action.reference)} && exit 0; sleep "$try"; done; exit 1`,
  timeoutMs: () => 15 * 60_000,
};
