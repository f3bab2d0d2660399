import type { Progress } from '../phases/progress.js';
import { keepsOpen } from '../phases/walk.js';
import { phaseNames, type PhaseName, type SealedPlan } from '../plan/types.js';
import type { ReleaseRecord } from '../protocol/types.js';
import { onEach, owed, speaker, without, type Operation } from './open-operation.js';

export type Failure = NonNullable<ReleaseRecord['failure']>;

type Witness = NonNullable<ReleaseRecord['hosts']>[string];

/**
 * Writes the closed record of the release on every host, the anchor last: as long as it is open anywhere, the decision stands. From then on the operation is
 * no longer open.
 * @throws StagecraftError `mixed` where a host is away, or cannot be closed; then the anchor's stays open.
 */
export async function closeRelease(operation: Operation, plan: SealedPlan | undefined, outcome: 'completed' | 'returned' | 'failed', known: Progress, failure?: Failure): Promise<ReleaseRecord> {
  const { hosts, anchor, session } = operation;
  const refuse = (failed: ReadonlyMap<string, unknown>): void => {
    const left = without(operation, failed);
    if (left.away.length > 0) throw owed(left, `${operation.open.release} is ${outcome === 'completed' ? 'committed' : 'taken back'}`, `stagecraft deploy ${outcome === 'completed' ? '--resume' : '--abort'}`, failure);
  };
  refuse(new Map());
  const heads: Record<string, Witness> = {};
  if (hosts.length > 1) refuse(await onEach(hosts, keepsOpen, async (host) => void (heads[host.name] = await host.store.witness())));
  const closed = await closedRecord(operation, plan, outcome, known, heads, failure);
  refuse(await onEach(hosts.filter((host) => host !== anchor), keepsOpen, (host) => host.store.close(session, closed)));
  return speaker(operation).store.close(session, closed);
}

/** The record, with every other host's identity and journal head; each host adds its own. One that was closed anywhere is closed everywhere as it was. */
async function closedRecord(operation: Operation, plan: SealedPlan | undefined, outcome: 'completed' | 'returned' | 'failed', known: Progress, heads: Readonly<Record<string, Witness>>, failure?: Failure): Promise<ReleaseRecord> {
  const { closed, record, ws } = operation;
  const earlier = await closed[0]?.store.readRelease(record.id);
  if (earlier && earlier.outcome !== 'open') return earlier;
  // As it was last written: sealing added what was rendered.
  const before = (await speaker(operation).store.readRelease(record.id)) ?? record;
  return {
    ...before,
    outcome,
    finishedAt: new Date(ws.clock.now()).toISOString(),
    phases: phasesOf(known, outcome === 'completed'),
    images: plan ? imagesOf(plan) : before.images,
    changes: plan ? Object.fromEntries(plan.services.map((service) => [service.service, past(service.change)])) : before.changes,
    ...(failure ? { failure } : {}),
    ...(operation.open.forgotten ? { forgotten: operation.open.forgotten } : {}),
    ...(Object.keys(heads).length > 0 ? { hosts: Object.fromEntries(Object.entries(heads).sort(([a], [b]) => (a < b ? -1 : 1))) } : {}),
  };
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
  return Object.fromEntries(plan.desired.services.flatMap((service) => (service.image.id ? [[service.name, { reference: service.image.reference, id: service.image.id, ...(service.image.digest ? { digest: service.image.digest } : {}) }]] : [])));
}

function past(change: SealedPlan['services'][number]['change']): string {
  const words: Readonly<Record<typeof change, string>> = { create: 'created', replace: 'replaced', resume: 'resumed', scale: 'scaled', run: 'ran', held: 'held', remove: 'removed', none: 'unchanged', unknown: 'unknown' };
  return words[change];
}
