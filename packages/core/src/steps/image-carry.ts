import { quote } from '../hosts/quote.js';
import type { Action } from '../plan/types.js';
import type { StepKind } from './types.js';

/** Brings an image of the operator's engine to a host: what it lacks is uploaded first, which changes nothing that runs, and then loaded. */
export const imageCarry: StepKind<Extract<Action, { kind: 'image.carry' }>> = {
  lasting: true,
  done: async ({ id = '', reference }, world) => {
    const image = await world.containers.image(id);
    return image !== undefined && image.tags.includes(reference);
  },
  async script(action, world) {
    const { id = '', reference } = action;
    const tag = `docker tag ${id} ${quote(reference)}`;
    if (await world.containers.image(id)) return tag;
    const file = await world.carry(action, (how) => world.waiting(how));
    return [`timeout -k 10 900 docker load -q -i ${quote(file)} >/dev/null`, `docker image inspect ${id} >/dev/null`, tag, `rm -f ${quote(file)}`].join('\n');
  },
  timeoutMs: () => 20 * 60_000,
};
