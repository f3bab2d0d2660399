import { fail, isStagecraftError, type StagecraftError } from '../errors/index.js';
import { holdsOpen, operationEnded } from '../io/catalogue/phases.js';
import { progressOf } from '../phases/progress.js';
import type { Walk } from '../phases/types.js';
import { interrupted, keepsOpen, walkBack, walkSteps } from '../phases/walk.js';
import { phaseNames, type PhaseName, type SealedPlan } from '../plan/types.js';
import type { WitnessReport } from '../ports/witness.js';
import type { Decision, ReleaseRecord } from '../protocol/types.js';
import { closeRelease, type Failure } from './close.js';
import { copyDecision, decide, decisionOf } from './decide.js';
import { isAlone, without, type Operation } from './open-operation.js';
import type { ProxyOf } from './proxy.js';
import { stillHealthy } from './still-healthy.js';
import { watched, type WatchedWalk } from './watched.js';
import { progress, sameBoot, skipOpenPhases, walkOf, walkPhase, withinReach } from './walk-phase.js';

export interface Ended {
  readonly outcome: 'completed' | 'returned' | 'failed';
  readonly release: ReleaseRecord;
  readonly decision: Decision;
  readonly error?: unknown;
  /** Present where the config names a witness. */
  readonly witness?: WitnessReport;
}

interface Failed {
  readonly error: unknown;
  readonly phase: PhaseName;
}

/**
 * Carries a sealed plan from where the journals say it stands to its end: rollout, the one decision, then what follows commit or the way back after abort.
 * Idempotent: called again after a crash it goes on, and a second time it changes nothing.
 * @throws StagecraftError `interrupted` or `locked`; then the operation stays open. `mixed` when it is undecided, or owed by hosts.
 */
export async function carryOut(operation: Operation, plan: SealedPlan, proxies: ProxyOf): Promise<Ended> {
  const witness = watched(walkOf(operation, plan, proxies), plan);
  try {
    const ended = await carriedOut(operation, plan, witness);
    const report = await witness.stop();
    return { ...ended, ...(report ? { witness: report } : {}) };
  } catch (error) {
    await witness.stop();
    throw error;
  }
}

async function carriedOut(operation: Operation, plan: SealedPlan, { walk, refuseLosses }: WatchedWalk): Promise<Ended> {
  let decision = await decisionOf(operation);
  if (decision === 'commit') await standAgain(operation, walk, plan);
  let failure: Failed | undefined;
  if (decision === undefined) {
    refuseAway(operation);
    try {
      for (const phase of ['push', 'migrate_pre', 'rollout'] as const) await walkPhase(operation, walk, phase);
      await stillHealthy(walk, plan);
      refuseLosses();
      // After the signal nothing new begins, a decision least of all.
      if (operation.ws.signal.aborted) throw interrupted();
      decision = await decide(operation, 'commit');
    } catch (error) {
      if (keepsOpen(error)) throw error;
      if (operation.ws.signal.aborted) throw interrupted();
      decision = await decide(operation, 'abort');
      failure = { error, phase: await failedPhase(operation) };
    }
  }
  return decision === 'commit' ? await goForward(operation, walk, plan) : await goBack(operation, walk, plan, failure);
}

/** Takes an undecided operation back. @throws StagecraftError `user` when commit stands. */
export async function abortOperation(operation: Operation, plan: SealedPlan, proxies: ProxyOf): Promise<Ended> {
  const decision = await decide(operation, 'abort');
  if (decision === 'commit')
    throw fail({
      code: 'SC3220',
      kind: 'user',
      message: `${operation.open.release} is committed: from there the way is forward.`,
      next: ['stagecraft deploy --resume', 'then: stagecraft rollback'],
    });
  return goBack(operation, walkOf(operation, plan, proxies), plan, undefined);
}

/** What is not decided goes forward with all hosts or not at all. */
export function refuseAway({ away, open }: Operation): void {
  const [first] = away;
  if (!first) return;
  const names = away.map(({ name }) => name).sort().join(', ');
  throw fail({
    code: 'SC3226',
    kind: 'mixed',
    message: `${open.release} is undecided, and ${names} cannot be reached: ${(first.error as Error).message} It goes on when all of its hosts are there, or back on those that are.`,
    next: ['stagecraft deploy --resume', 'stagecraft deploy --abort'],
    cause: first.error,
  });
}

/** A host that booted after the decision may have ended what it is about: it is brought up again before anything old is removed. */
async function standAgain(operation: Operation, walk: Walk, plan: SealedPlan): Promise<void> {
  const known = await progress(operation);
  const steps = withinReach(operation, plan.steps.filter((step) => step.phase === 'rollout'));
  if (sameBoot(walk, known, steps)) return;
  try {
    await walkSteps(walk, known, steps);
  } catch (error) {
    if (keepsOpen(error)) throw error;
    operation.ws.io.event(holdsOpen({ text: `The release is committed, but since the host booted it is not as it was: ${(error as Error).message}` }));
  }
}

async function goForward(operation: Operation, walk: Walk, plan: SealedPlan): Promise<Ended> {
  const reached = without(operation, await copyDecision(operation, 'commit'));
  await walkPhase(reached, walk, 'migrate_post');
  let tidy = true;
  try {
    await walkPhase(reached, walk, 'finalize');
  } catch (error) {
    tidy = false;
    if (keepsOpen(error)) throw error;
    operation.ws.io.event(holdsOpen({ text: `The release is complete, but cleaning up after it is not: ${(error as Error).message} The next deploy tries again.` }));
  }
  const known = await progress(reached);
  // Where the journal could not be written it does not say so itself.
  const release = await closeRelease(reached, plan, 'completed', tidy ? known : { ...known, phase: (name) => (name === 'finalize' ? { ...known.phase(name), status: 'failed' } : known.phase(name)) });
  tellEnd(operation, 'completed');
  return { outcome: 'completed', release, decision: 'commit' };
}

async function goBack(operation: Operation, walk: Walk, plan: SealedPlan, failure: Failed | undefined): Promise<Ended> {
  const copied = without(operation, await copyDecision(operation, 'abort'));
  const known = await progress(copied);
  const touched = plan.steps.some((step) => step.phase === 'rollout' && known.touched(step.id));
  const failed = await walkBack(walk, known, withinReach(copied, plan.steps));
  if (failed.size > 0 && isAlone(operation.open)) throw notBack(operation, failed);
  const reached = without(copied, failed);
  const outcome = touched ? 'returned' : 'failed';
  const reason = failure && failureOf(failure.error, failure.phase);
  if (reached.away.length === 0) await skipOpenPhases(reached);
  const release = await closeRelease(reached, plan, outcome, await progress(reached), reason);
  tellEnd(operation, outcome);
  return { outcome, release, decision: 'abort', ...(failure ? { error: failure.error } : {}) };
}

function notBack(operation: Operation, failed: ReadonlyMap<string, unknown>): Error {
  const [[host, error] = ['', undefined]] = failed;
  return fail({
    code: 'SC3221',
    kind: 'mixed',
    message: `The way back to the prior release did not come to its end on ${host}: ${(error as Error).message}`,
    next: ['stagecraft status', 'stagecraft deploy --abort'],
    tail: isStagecraftError(error) ? error.tail : [],
    cause: error,
  });
}

/** By the anchor alone: another host may be what failed. */
async function failedPhase({ anchor, open }: Operation): Promise<PhaseName> {
  const known = progressOf((await anchor?.store.readJournal()) ?? [], open.operation);
  return phaseNames.find((name) => known.phase(name).status === 'failed') ?? 'rollout';
}

export function failureOf(error: unknown, phase: PhaseName): Failure {
  const known = isStagecraftError(error) ? (error as StagecraftError) : undefined;
  return { code: known?.code ?? 'SC9000', message: known?.message ?? String(error), phase };
}

export function tellEnd(operation: Operation, outcome: 'completed' | 'returned' | 'failed' | 'nothing to do' | 'interrupted'): void {
  operation.ws.io.event(operationEnded({ outcome, release: operation.open.release, durationMs: operation.ws.clock.now() - operation.begunAt }));
}
