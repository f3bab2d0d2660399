import { quote } from '../hosts/quote.js';
import type { Action } from '../plan/types.js';
import type { StepKind } from './types.js';

/** A third-party image. Where the config has a login for its registry it is pulled with that, else by what the host has. */
export const imagePull: StepKind<Extract<Action, { kind: 'image.pull' }>> = {
  lasting: true,
  done: async (action, world) => (await world.containers.image(action.reference)) !== undefined,
  async script({ reference }, world) {
    const pulled = await world.pull(reference, (how) => world.waiting(how));
    return pulled ? `docker image inspect ${quote(reference)} >/dev/null` : pullLine(reference);
  },
  timeoutMs: () => 15 * 60_000,
};

/** Three tries, then stop; nothing of the application has changed. */
export function pullLine(reference: string): string {
  return `for try in 1 2 3; do timeout -k 10 300 docker pull --quiet ${quote(reference)} >/dev/null && break; [ "$try" -lt 3 ] || exit 1; sleep "$try"; done`;
}
