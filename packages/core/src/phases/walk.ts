import { fail } from '../errors/index.js';
import type { Step } from '../plan/types.js';
import type { Progress } from './progress.js';
import { runStep } from './step.js';
import { inTurn, NotBegun } from './turns.js';
import type { Walk } from './types.js';

/**
 * Walks steps in the order of their dependencies, independent ones side by side: waits overlap, scripts take turns.
 * After the first failure no new script begins; those that run come to their end.
 * @throws the first failure; `interrupted` when the signal came.
 */
export async function walkSteps(given: Walk, progress: Progress, steps: readonly Step[]): Promise<void> {
  const here = new Set(steps.map((step) => step.id));
  const done = new Set<string>();
  const waiting = new Map(steps.map((step) => [step, prerequisites(step, steps).filter((id) => here.has(id))]));
  const running = new Map<Step, Promise<void>>();
  let failure: { readonly error: unknown } | undefined;
  const walk = {
    ...given,
    store: inTurn(given.store, () => {
      if (given.signal.aborted) throw interrupted();
      if (failure) throw new NotBegun();
    }),
  };

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

/** Steps that carry a whole route table are made one after the other, in the plan's order: each begins where the one before ended. */
function prerequisites(step: Step, steps: readonly Step[]): readonly string[] {
  if (!('to' in step.action)) return step.dependsOn;
  const before = steps.slice(0, steps.indexOf(step)).filter((other) => 'to' in other.action && other.host === step.host).at(-1);
  return before ? [...step.dependsOn, before.id] : step.dependsOn;
}

/** The way back: what was touched is undone in reverse order, each from its own step's data. */
export async function walkBack(walk: Walk, progress: Progress, steps: readonly Step[]): Promise<void> {
  for (const step of [...steps].reverse()) {
    if (walk.signal.aborted) throw interrupted();
    // A step without a way back stays as it is: what holds data is kept whatever becomes of the release.
    if (step.undo === undefined || !progress.touched(step.id)) continue;
    try {
      await runStep(walk, progress, step, 'undo');
    } catch (error) {
      throw walk.signal.aborted ? interrupted() : error;
    }
  }
}

export function interrupted(): Error {
  return fail({
    code: 'SC3212',
    kind: 'interrupted',
    message: 'Interrupted. What was done is recorded; the operation is open.',
    next: ['stagecraft deploy --resume', 'stagecraft deploy --abort'],
  });
}
