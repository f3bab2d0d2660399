import type { Progress } from '../phases/progress.js';
import { phaseNames, type PhaseName, type SealedPlan } from '../plan/types.js';
import type { ReleaseRecord } from '../protocol/types.js';
import type { Operation } from './open-operation.js';

export type Failure = NonNullable<ReleaseRecord['failure']>;

/** Writes the closed record of the release on the host; from then on the operation is no longer open. */
export async function closeRelease(operation: Operation, plan: SealedPlan | undefined, outcome: 'completed' | 'returned' | 'failed', known: Progress, failure?: Failure): Promise<ReleaseRecord> {
  const { host, session, record, ws } = operation;
  // As it was last written: sealing added what was rendered.
  const before = (await host.store.readRelease(record.id)) ?? record;
  const closed: ReleaseRecord = {
    ...before,
    outcome,
    finishedAt: new Date(ws.clock.now()).toISOString(),
    phases: phasesOf(known, outcome === 'completed'),
    images: plan ? imagesOf(plan) : before.images,
    changes: plan ? Object.fromEntries(plan.services.map((service) => [service.service, past(service.change)])) : before.changes,
    ...(failure ? { failure } : {}),
  };
  return host.store.close(session, closed);
}

/** A phase that had nothing to do in a release that completed is `skipped`. */
function phasesOf(known: Progress, completed: boolean): ReleaseRecord['phases'] {
  const status = (name: PhaseName): ReturnType<Progress['phase']> => {
    const phase = known.phase(name);
    return completed && phase.status === 'pending' ? { status: 'skipped' } : phase;
  };
  return Object.fromEntries(phaseNames.map((name) => [name, status(name)])) as Record<PhaseName, ReturnType<Progress['phase']>>;
}

export function imagesOf(plan: SealedPlan): ReleaseRecord['images'] {
  return Object.fromEntries(plan.desired.services.flatMap((service) => (service.image.id ? [[service.name, { reference: service.image.reference, id: service.image.id }]] : [])));
}

function past(change: SealedPlan['services'][number]['change']): string {
  const words: Readonly<Record<typeof change, string>> = { create: 'created', replace: 'replaced', resume: 'resumed', scale: 'scaled', run: 'ran', held: 'held', remove: 'removed', none: 'unchanged', unknown: 'unknown' };
  return words[change];
}
