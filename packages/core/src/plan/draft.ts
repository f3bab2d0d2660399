import { fail } from '../errors/index.js';
import { makePlan } from './make.js';
import type { DraftPlan, PlanInput, SealedPlan } from './types.js';

/**
 * What a deploy or rollback would do, as far as it can be known before build and push. What only those can tell is `unknown`, and its steps are those that
 * would run if it changed. Pure: the same input gives the same bytes.
 * @throws StagecraftError `user` (SC2001 to SC2006) for names that nobody knows.
 */
export function draft(input: PlanInput): DraftPlan {
  return { ...makePlan(input, 'new', false).plan, state: 'draft' };
}

export interface SealInput extends PlanInput {
  readonly release: string;
  readonly operation: string;
  /** The release that serves when the operation begins. */
  readonly prior?: string;
}

/**
 * The plan that runs: made by the same function as the draft, with the images' ids and a fresh look at the hosts. Its `desired` is what the hosts end with:
 * services that are held, or that a filter left out, stand there as they run.
 * @throws StagecraftError `bug` (SC2010) without a live observation, `external` (SC2011) where an image is still unknown, `user` as `draft`.
 */
export function seal(input: SealInput): SealedPlan {
  if (input.observation.basis !== 'live') throw fail({ code: 'SC2010', kind: 'bug', message: `A plan is sealed on a live observation, not on the basis ${input.observation.basis}.` });
  const { plan, model } = makePlan(input, input.release, true);
  const faceless = model.services.find((service) => service.kind !== 'external' && service.image.id === undefined);
  if (faceless)
    throw fail({
      code: 'SC2011',
      kind: 'external',
      message: `The image ${faceless.image.reference} of ${faceless.name} is on no host after build and push.`,
      next: [faceless.build ? 'stagecraft build' : `docker pull ${faceless.image.reference}`],
      location: faceless.location,
    });
  return { ...plan, state: 'sealed', release: input.release, operation: input.operation, ...(input.prior === undefined ? {} : { prior: input.prior }), desired: model };
}
