import { progressOf, type Progress } from '../phases/progress.js';
import type { Walk } from '../phases/types.js';
import { interrupted, walkBack, walkSteps } from '../phases/walk.js';
import { fail, isStagecraftError, type StagecraftError } from '../errors/index.js';
import { decisionMade, holdsOpen, operationEnded, phaseStatus } from '../io/catalogue/phases.js';
import { phaseNames, type PhaseName, type SealedPlan } from '../plan/types.js';
import type { Decision, ReleaseRecord } from '../protocol/types.js';
import { lastLines, passed } from '../steps/gate.js';
import type { ProxyInUse } from '../steps/types.js';
import { closeRelease, type Failure } from './close.js';
import type { Operation } from './open-operation.js';

export interface Ended {
  readonly outcome: 'completed' | 'returned' | 'failed';
  readonly release: ReleaseRecord;
  readonly decision: Decision;
  readonly error?: unknown;
}

/**
 * Carries a sealed plan from where the journal says it stands to its end: rollout, the one decision, then what follows commit or the way back after abort.
 * Idempotent: called again after a crash it goes on, and a second time it changes nothing.
 * @throws StagecraftError `interrupted` or `locked`; then the operation stays open. `mixed` when the way back failed.
 */
export async function carryOut(operation: Operation, plan: SealedPlan, proxy: ProxyInUse | undefined): Promise<Ended> {
  const { host, open } = operation;
  const walk = walkOf(operation, plan, proxy);
  let decision = await host.store.readDecision(open.operation);
  if (decision === 'commit') await standAgain(operation, walk, plan);
  let failure: { readonly error: unknown; readonly phase: PhaseName } | undefined;
  if (decision === undefined) {
    try {
      for (const phase of ['push', 'migrate_pre', 'rollout'] as const) await walkPhase(operation, walk, phase);
      await stillHealthy(walk, plan);
      // After the signal nothing new begins, a decision least of all.
      if (operation.ws.signal.aborted) throw interrupted();
      decision = await decide(operation, 'commit');
    } catch (error) {
      if (keepsOpen(error)) throw error;
      if (operation.ws.signal.aborted) throw interrupted();
      failure = { error, phase: await failedPhase(operation) };
      decision = await decide(operation, 'abort');
    }
  }
  return decision === 'commit' ? await goForward(operation, walk, plan) : await goBack(operation, walk, plan, failure);
}

/** Takes an undecided operation back. @throws StagecraftError `user` when commit stands. */
export async function abortOperation(operation: Operation, plan: SealedPlan, proxy: ProxyInUse | undefined): Promise<Ended> {
  const decision = await decide(operation, 'abort');
  if (decision === 'commit')
    throw fail({
      code: 'SC3220',
      kind: 'user',
      message: `${operation.open.release} is committed: from there the way is forward.`,
      next: ['stagecraft deploy --resume', 'then: stagecraft rollback'],
    });
  return goBack(operation, walkOf(operation, plan, proxy), plan, undefined);
}

/** A host that booted after the decision may have ended what it is about: it is brought up again before anything old is removed. */
async function standAgain(operation: Operation, walk: Walk, plan: SealedPlan): Promise<void> {
  const known = await progress(operation);
  const steps = plan.steps.filter((step) => step.phase === 'rollout');
  if (sameBoot(walk, known, steps.map((step) => step.id))) return;
  try {
    await walkSteps(walk, known, steps);
  } catch (error) {
    if (keepsOpen(error)) throw error;
    operation.ws.io.event(holdsOpen({ text: `The release is committed, but since the host booted it is not as it was: ${(error as Error).message}` }));
  }
}

async function goForward(operation: Operation, walk: Walk, plan: SealedPlan): Promise<Ended> {
  await walkPhase(operation, walk, 'migrate_post');
  try {
    await walkPhase(operation, walk, 'finalize');
  } catch (error) {
    if (keepsOpen(error)) throw error;
    operation.ws.io.event(holdsOpen({ text: `The release is complete, but cleaning up after it is not: ${(error as Error).message} The next deploy tries again.` }));
  }
  const release = await closeRelease(operation, plan, 'completed', await progress(operation));
  tellEnd(operation, 'completed');
  return { outcome: 'completed', release, decision: 'commit' };
}

async function goBack(operation: Operation, walk: Walk, plan: SealedPlan, failure: { readonly error: unknown; readonly phase: PhaseName } | undefined): Promise<Ended> {
  const known = await progress(operation);
  const touched = plan.steps.some((step) => step.phase === 'rollout' && known.touched(step.id));
  try {
    await walkBack(walk, known, plan.steps);
  } catch (error) {
    if (keepsOpen(error)) throw error;
    throw fail({
      code: 'SC3221',
      kind: 'mixed',
      message: `The way back to the prior release did not come to its end on ${operation.host.name}: ${(error as Error).message}`,
      next: ['stagecraft status', 'stagecraft deploy --abort'],
      tail: isStagecraftError(error) ? error.tail : [],
      cause: error,
    });
  }
  const reason = failure && failureOf(failure.error, failure.phase);
  await skipOpenPhases(operation);
  const outcome = touched ? 'returned' : 'failed';
  const release = await closeRelease(operation, plan, outcome, await progress(operation), reason);
  tellEnd(operation, outcome);
  return { outcome, release, decision: 'abort', ...(failure ? { error: failure.error } : {}) };
}

/** One phase, its status written before and after. A phase without steps is completed at once and costs nothing. */
export async function walkPhase(operation: Operation, walk: Walk, phase: PhaseName): Promise<void> {
  const { host, session, open, ws } = operation;
  const steps = walk.plan.steps.filter((step) => step.phase === phase && step.action.kind !== 'image.build');
  if (steps.length === 0) return;
  const known = await progress(operation);
  if (known.phase(phase).status === 'completed' && sameBoot(walk, known, steps.map((step) => step.id))) return;
  const tell = async (status: 'running' | 'completed' | 'failed'): Promise<void> => {
    await host.store.note(session, { type: 'phase', operation: open.operation, phase, status });
    ws.io.event(phaseStatus({ phase, status, steps: steps.length }));
  };
  await host.store.beat(session, phase);
  await tell('running');
  try {
    await walkSteps(walk, known, steps);
  } catch (error) {
    if (!keepsOpen(error)) await tell('failed');
    throw error;
  }
  await tell('completed');
}

function sameBoot(walk: Walk, known: Progress, steps: readonly string[]): boolean {
  return steps.every((id) => known.step(id, 'do')?.bootId === walk.bootId);
}

/** The last look before the point of no return: whatever passed its gate must still be up. */
async function stillHealthy(walk: Walk, plan: SealedPlan): Promise<void> {
  const gates = plan.steps.filter((step) => step.action.kind === 'container.gate');
  for (const step of gates) {
    if (step.action.kind !== 'container.gate') continue;
    const { service, ids, count } = step.action;
    const world = walk.world(step);
    const found = ids ? await Promise.all(ids.map((id) => world.containers.inspect(id))) : await world.containers.list({ 'com.docker.compose.project': plan.desired.composeProject, 'com.docker.compose.service': service, 'stagecraft.operation': plan.operation });
    if (found.length < count) throw fail({ code: 'SC3404', kind: 'external', message: `Containers of ${service} passed their gate, but ${count - found.length} of ${count} are gone now, before the release was committed.`, next: ['docker events --since 10m --until 0s'] });
    const down = found.find((c) => !c || c.restartCount > 0 || !passed(c, { settleMs: 0 }, world.clock.now()));
    if (down) throw fail({ code: 'SC3404', kind: 'external', message: `${down.name} of ${service} passed its gate, but is ${down.health ?? down.status} now, before the release was committed.`, next: [`stagecraft logs ${service}`], tail: await lastLines(world, down.id) });
  }
}

async function decide(operation: Operation, wanted: Decision): Promise<Decision> {
  const { host, open, session, ws } = operation;
  let decision: Decision;
  try {
    decision = await host.store.decide(session, open.operation, wanted);
  } catch (error) {
    if (!isStagecraftError(error) || error.kind !== 'external') throw error;
    throw fail({
      code: 'SC3222',
      kind: 'mixed',
      message: `${open.release} is undecided: the decision could not be written on ${host.name}. Nothing old was removed, and nothing was taken back. ${error.message}`,
      next: [...error.next.filter((line) => !line.includes('run the command again')), 'stagecraft deploy --resume', 'stagecraft deploy --abort'],
      cause: error,
    });
  }
  ws.io.event(decisionMade({ operation: open.operation, decision }));
  return decision;
}

export function walkOf(operation: Operation, plan: SealedPlan, proxy: ProxyInUse | undefined): Walk {
  const { ws, host, session } = operation;
  return {
    plan,
    session,
    store: host.store,
    io: ws.io,
    signal: ws.signal,
    bootId: host.bootId,
    clock: ws.clock,
    world: (step) => ({
      plan,
      host: step.host ?? host.name,
      scope: host.scope,
      containers: host.containers,
      shell: host.shell,
      files: host.files,
      clock: ws.clock,
      signal: ws.signal,
      proxy,
      waiting: () => undefined,
    }),
  };
}

/** Interruption and a lost lock leave the operation as it is: whoever resumes it decides. */
export function keepsOpen(error: unknown): boolean {
  return isStagecraftError(error) ? error.kind === 'interrupted' || error.kind === 'locked' || error.kind === 'bug' : true;
}

export async function progress(operation: Operation): Promise<Progress> {
  return progressOf(await operation.host.store.readJournal(), operation.open.operation);
}

async function failedPhase(operation: Operation): Promise<PhaseName> {
  const known = await progress(operation);
  return phaseNames.find((name) => known.phase(name).status === 'failed') ?? 'rollout';
}

/** Phases that never came are `skipped`. */
export async function skipOpenPhases(operation: Operation): Promise<void> {
  const known = await progress(operation);
  for (const phase of phaseNames) {
    if (known.phase(phase).status !== 'pending') continue;
    await operation.host.store.note(operation.session, { type: 'phase', operation: operation.open.operation, phase, status: 'skipped' });
  }
}

export function failureOf(error: unknown, phase: PhaseName): Failure {
  const known = isStagecraftError(error) ? (error as StagecraftError) : undefined;
  return { code: known?.code ?? 'SC9000', message: known?.message ?? String(error), phase };
}

export function tellEnd(operation: Operation, outcome: 'completed' | 'returned' | 'failed' | 'nothing to do' | 'interrupted'): void {
  operation.ws.io.event(operationEnded({ outcome, release: operation.open.release, durationMs: operation.ws.clock.now() - operation.begunAt }));
}
