import { arrive } from './arrive.js';
import { lives } from './found.js';
import { leave } from './leave.js';
import type { Half, ServiceStage } from './stage.js';

export type HalfName = 'arrive' | 'leave';

/** A strategy is an order of the two halves: `rolling` has the new before the old goes, `recreate` the other way round. */
export const strategies: Readonly<Record<'rolling' | 'recreate', readonly [HalfName, HalfName]>> = {
  rolling: ['arrive', 'leave'],
  recreate: ['leave', 'arrive'],
};

/** Makes the steps of one half. @param needs ids of steps that it waits for. */
export function half(name: HalfName, stage: ServiceStage, needs: readonly string[]): Half {
  return name === 'arrive' ? arrive(stage, needs) : leave(stage, needs, leaveWhy(stage));
}

function leaveWhy({ service, change }: ServiceStage): string {
  if (service.kind === 'job' && change.change !== 'remove') return change.stop.some(lives) ? 'a job now' : 'frees its name';
  if (change.change === 'scale') return change.why;
  if (change.change === 'remove') return `${change.why}, and what it has is needed`;
  return change.start + change.resume.length + change.keep.length > 0 ? 'replaced' : 'not wanted any more';
}
