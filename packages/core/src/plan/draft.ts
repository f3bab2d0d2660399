import { makePlan } from './make.js';
import type { DraftPlan, PlanInput } from './types.js';

/**
 * What a deploy or rollback would do, as far as it can be known before build and push. What only those can tell is `unknown`, and its steps are those that
 * would run if it changed. Pure: the same input gives the same bytes.
 * @throws StagecraftError `user` (SC2001 to SC2006) for names that nobody knows.
 */
export function draft(input: PlanInput): DraftPlan {
  return { ...makePlan(input, 'new', false).plan, state: 'draft' };
}
