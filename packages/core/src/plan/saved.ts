import type { DraftPlan, SealedPlan, Step } from './types.js';
// TEMPORARY stub of the lead, to be replaced by the planner's author.
export function readSavedPlan(_text: string, _path: string): DraftPlan { throw new Error('not yet'); }
export function checkFresh(_saved: DraftPlan, _now: DraftPlan): void { throw new Error('not yet'); }
export function addedSteps(_saved: DraftPlan, _sealed: SealedPlan): readonly Step[] { throw new Error('not yet'); }
