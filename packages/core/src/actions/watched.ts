import { witnessOf } from '../adapters/witness.js';
import { fail } from '../errors/index.js';
import { requestsWitnessed } from '../io/catalogue/phases.js';
import type { Walk } from '../phases/types.js';
import type { SealedPlan } from '../plan/types.js';
import type { Witness, WitnessReport } from '../ports/witness.js';

/** The walk of a plan under the eyes of the witness that the config names; without one nothing is different. */
export interface WatchedWalk {
  readonly walk: Walk;
  /** @throws StagecraftError `external` SC3240 when more was lost than the config allows. */
  refuseLosses(): void;
  /** Ends it, and tells what it saw. */
  stop(): Promise<WitnessReport | undefined>;
}

export function watched(walk: Walk, plan: SealedPlan): WatchedWalk {
  const asked = plan.desired.rollout.witness;
  if (!asked) return { walk, refuseLosses: () => undefined, stop: () => Promise.resolve(undefined) };
  const witness = witnessOf(asked);
  return {
    walk: { ...walk, io: listening(walk.io, witness) },
    refuseLosses() {
      const { lost, sent, losses } = witness.report;
      if (asked.budget === undefined || lost <= asked.budget) return;
      throw fail({ code: 'SC3240', kind: 'external', message: `The witness lost ${lost} of ${sent} requests to ${asked.url}, and the config allows ${asked.budget}.`, next: ['stagecraft plan'], tail: losses.slice(0, 10).map(({ at, how, during }) => `${at} ${how}${during.length > 0 ? ` during ${during.join(', ')}` : ''}`) });
    },
    async stop() {
      const report = await witness.stop();
      walk.io.event(requestsWitnessed(report));
      return report;
    },
  };
}

/** Steps as they are told say what went on when a request was lost. */
function listening(io: Walk['io'], witness: Witness): Walk['io'] {
  return {
    ...io,
    event(event) {
      const { id, status } = (event.data ?? {}) as { readonly id?: unknown; readonly status?: unknown };
      if (event.type === 'step' && typeof id === 'string') witness.during(id, status === 'running' || status === 'undoing');
      io.event(event);
    },
  };
}
