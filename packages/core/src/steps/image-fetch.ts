import { quote } from '../hosts/quote.js';
import { byDigest } from '../images/reference.js';
import type { Action } from '../plan/types.js';
import { pullLine } from './image-pull.js';
import type { StepKind } from './types.js';

/** The host pulls an image that was built and pushed, by its digest; it must be the very one that was built. */
export const imageFetch: StepKind<Extract<Action, { kind: 'image.fetch' }>> = {
  lasting: true,
  done: async ({ id = '', reference }, world) => (await world.containers.image(id))?.tags.includes(reference) ?? false,
  async script({ id = '', reference, digest = '' }, world) {
    const tag = `docker tag ${id} ${quote(reference)}`;
    if (await world.containers.image(id)) return tag;
    const pushed = byDigest(reference, digest);
    const pulled = await world.pull(pushed, (how) => world.waiting(how));
    return [...(pulled ? [] : [pullLine(pushed)]), `docker image inspect ${id} >/dev/null || { echo ${quote(`${pushed} is another image than the one that was built`)} >&2; exit 1; }`, tag].join('\n');
  },
  timeoutMs: () => 20 * 60_000,
};
