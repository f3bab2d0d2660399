import { fail, isStagecraftError } from '../errors/index.js';
import type { Step } from '../plan/types.js';
import type { Progress } from './progress.js';
import { runStep } from './step.js';
import { inTurn, NotBegun } from './turns.js';
import type { Walk, WalkHost } from './types.js';

/**
 * Walks steps in the order of their dependencies, independent ones side by side: waits overlap, the scripts of a host take turns.
 * After the first failure no new script begins, on any host; those that run come to their end.
 * @throws the first failure; `interrupted` when the signal came.
 */
export async function walkSteps(given: Walk, progress: Progress, steps: readonly Step[]): Promise<void> {
  const here = new Set(steps.map((step) => step.id));
  const done = new Set<string>();
  const waiting = new Map(steps.map((step) => [step, prerequisites(step, steps).filter((id) => here.has(id))]));
  const running = new Map<Step, Promise<void>>();
  let failure: { readonly error: unknown } | undefined;
  const walk = takingTurns(given, () => {
    if (given.signal.aborted) throw interrupted();
    if (failure) throw new NotBegun();
  });

  while (waiting.size > 0 || running.size > 0) {
    if (!failure && walk.signal.aborted) failure = { error: interrupted() };
    if (!failure)
      for (const [step, needs] of waiting) {
        if (!needs.every((id) => done.has(id))) continue;
        waiting.delete(step);
        running.set(
          step,
          runStep(walk, progress, step, 'do').then(
            () => void done.add(step.id),
            (error: unknown) => {
              // The step that it waited for tells why, maybe later: a failed job is asked for its log first.
              if (!(error instanceof NotBegun)) failure ??= { error: walk.signal.aborted ? interrupted() : error };
            },
          ).finally(() => running.delete(step)),
        );
      }
    if (running.size === 0) break;
    await Promise.race(running.values());
  }
  if (failure) throw failure.error;
  if (waiting.size > 0) throw fail({ code: 'SC3211', kind: 'bug', message: `The plan cannot be walked: ${[...waiting.keys()].map((step) => step.id).join(', ')} wait for each other.` });
}

/** Scripts and records of one host take turns; those of another know nothing of them. */
function takingTurns(walk: Walk, mayBegin: () => void): Walk {
  const hosts = new Map<string, WalkHost>();
  return {
    ...walk,
    on(step) {
      const host = walk.on(step);
      const known = hosts.get(host.name) ?? { ...host, store: inTurn(host.store, mayBegin) };
      hosts.set(host.name, known);
      return known;
    },
  };
}

/** Steps that carry a whole route table are made one after the other, in the plan's order: each begins where the one before ended. */
function prerequisites(step: Step, steps: readonly Step[]): readonly string[] {
  if (!('to' in step.action)) return step.dependsOn;
  const before = steps.slice(0, steps.indexOf(step)).filter((other) => 'to' in other.action && other.host === step.host).at(-1);
  return before ? [...step.dependsOn, before.id] : step.dependsOn;
}

/**
 * The way back: what was touched is undone from its own step's data, on each host in reverse order, and on no host before what depended on it elsewhere.
 * Hosts go back side by side, and one that cannot keeps no other from it.
 * @returns what each host failed with, that did not come to the end of its way.
 * @throws what keeps the operation as it is: `interrupted`, `locked`, a bug.
 */
export async function walkBack(walk: Walk, progress: Progress, steps: readonly Step[]): Promise<ReadonlyMap<string, unknown>> {
  const failed = new Map<string, unknown>();
  let stop: { readonly error: unknown } | undefined;
  const back = async (step: Step): Promise<void> => {
    // A step without a way back stays as it is: what holds data is kept whatever becomes of the release.
    if (step.undo === undefined || !progress.touched(step.id)) return;
    const { name } = walk.on(step);
    if (stop || failed.has(name)) return;
    if (walk.signal.aborted) return void (stop = { error: interrupted() });
    try {
      await runStep(walk, progress, step, 'undo');
    } catch (error) {
      if (walk.signal.aborted) stop ??= { error: interrupted() };
      else if (keepsOpen(error)) stop ??= { error };
      else failed.set(name, error);
    }
  };
  const last = new Map<string, Promise<void>>();
  const undone = new Map<string, Promise<void>>();
  for (const step of [...steps].reverse()) {
    const before = [last.get(step.host ?? ''), ...dependents(step, steps).map((id) => undone.get(id))].filter((other) => other !== undefined);
    const mine = Promise.all(before).then(() => back(step));
    last.set(step.host ?? '', mine);
    undone.set(step.id, mine);
  }
  await Promise.all(undone.values());
  if (stop) throw stop.error;
  return failed;
}

function dependents(step: Step, steps: readonly Step[]): readonly string[] {
  return steps.filter((other) => other.host !== step.host && other.dependsOn.includes(step.id)).map((other) => other.id);
}

/** Interruption and a lost lock leave the operation as it is: whoever resumes it decides. */
export function keepsOpen(error: unknown): boolean {
  return isStagecraftError(error) ? error.kind === 'interrupted' || error.kind === 'locked' || error.kind === 'bug' : true;
}

export function interrupted(): Error {
  return fail({
    code: 'SC3212',
    kind: 'interrupted',
    message: 'Interrupted. What was done is recorded; the operation is open.',
    next: ['stagecraft deploy --resume', 'stagecraft deploy --abort'],
  });
}
