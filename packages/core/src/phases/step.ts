import { fail, isStagecraftError } from '../errors/index.js';
import { stepOutput, stepStatus, stepWaiting } from '../io/catalogue/phases.js';
import type { Step } from '../plan/types.js';
import type { StepOutcome } from '../protocol/types.js';
import { onOperator, stepKind } from '../steps/index.js';
import type { StepKind, StepWorld } from '../steps/types.js';
import type { Progress, StepProgress } from './progress.js';
import { NotBegun } from './turns.js';
import type { Walk } from './types.js';

type Direction = 'do' | 'undo';
type Half = Pick<StepKind, 'done' | 'script' | 'settle' | 'timeoutMs' | 'lasting'>;

/** How long a running script may go on after the first Ctrl-C before it is left to itself. */
const graceAfterSignalMs = 15_000;

/**
 * Brings one step to its goal, wherever the journal says it stands: not begun, unknown, done before a reboot. An unknown step is probed and never
 * blindly repeated.
 * @throws StagecraftError when it failed, `interrupted` when the signal came first.
 */
export async function runStep(walk: Walk, progress: Progress, step: Step, direction: Direction): Promise<void> {
  const begun = walk.clock.now();
  const tell = (status: 'running' | 'completed' | 'failed' | 'skipped' | 'undoing' | 'undone'): void =>
    walk.io.event(
      stepStatus({
        id: step.id,
        host: step.host ?? '',
        service: step.service ?? '',
        action: step.action.kind,
        why: step.why,
        status,
        durationMs: status === 'running' || status === 'undoing' ? 0 : walk.clock.now() - begun,
        index: walk.plan.steps.indexOf(step) + 1,
        total: walk.plan.steps.length,
      }),
    );
  const half = halfOf(step, direction);
  if (!half) return;
  const before = progress.step(step.id, direction);
  if (finished(half, before) && (stands(walk, step, half, before) || superseded(walk, progress, step, direction))) return tell('skipped');
  tell(direction === 'do' ? 'running' : 'undoing');
  try {
    await reachGoal(walk, step, direction, half, before);
  } catch (error) {
    if (error instanceof NotBegun) tell('skipped');
    else if (!walk.signal.aborted) tell('failed');
    throw error;
  }
  tell(direction === 'do' ? 'completed' : 'undone');
}

function halfOf(step: Step, direction: Direction): Half | undefined {
  if (onOperator(step.action)) return undefined;
  const kind = stepKind(step.action.kind);
  return direction === 'do' ? kind : kind.undo;
}

function finished(half: Half, before: StepProgress | undefined): before is StepProgress {
  return before?.state === 'completed' && (half.settle === undefined || before.settled);
}

/** What was done before the host booted counts only where a boot leaves it as it is; all else is probed, and gated, again. */
function stands(walk: Walk, step: Step, half: Half, before: StepProgress): boolean {
  return before.bootId === walk.on(step).bootId || half.lasting === true;
}

/** A table of routes that another one has followed is not what the proxy is to have now. */
function superseded(walk: Walk, progress: Progress, step: Step, direction: Direction): boolean {
  const { steps } = walk.plan;
  const place = steps.indexOf(step);
  const after = direction === 'do' ? steps.slice(place + 1) : steps.slice(0, place);
  return 'to' in step.action && after.some((other) => 'to' in other.action && other.host === step.host && progress.step(other.id, direction) !== undefined);
}

async function reachGoal(walk: Walk, step: Step, direction: Direction, half: Half, before: StepProgress | undefined): Promise<void> {
  const world = waitingWorld(walk, step);
  const known = before !== undefined && (await half.done(step.action, world));
  // Since the same boot an acknowledged script is not run again: who came after it died waiting for the goal, which it may yet reach.
  const due = !known && half.script !== undefined && !(before?.state === 'completed' && before.bootId === walk.on(step).bootId);
  // On the way back nothing is told to an engine that is away for a moment, or hangs: asking waits for the one, and gives the other up.
  if (due && direction === 'undo') await world.containers.info();
  if (due) await runScript(walk, step, direction, half, world, (before?.attempts ?? 0) + 1);
  if (!known && half.settle) await settle(walk, step, direction, half, world);
  // A script's own outcome is in the journal; what was probed, waited for or settled is noted here.
  if (known || half.settle || !half.script) await noteOf(walk, step, direction, 'note', 'completed', known ? 'found done' : 'goal holds');
}

async function runScript(walk: Walk, step: Step, direction: Direction, half: Half, world: StepWorld, attempt: number): Promise<void> {
  const effects = (await half.script?.(step.action, world)) ?? '';
  const script = { operation: walk.plan.operation, step: step.id, direction, attempt, effects, timeoutMs: half.timeoutMs?.(step.action, world) ?? 120_000 };
  const onLine = (line: string): void => walk.io.event(stepOutput({ step: step.id, line, stream: 'stdout' }));
  const outcome = await withGrace(walk, (signal) => walk.on(step).store.run(walk.session, script, { signal, onLine }));
  if (outcome.state === 'completed') return;
  if (outcome.state === 'unknown' && (await half.done(step.action, world))) return;
  // A job says more about its own failure than the script that ran it.
  if (outcome.state === 'failed' && half.settle && step.action.kind === 'job.run') await half.settle(step.action, world);
  throw scriptFailed(step, direction, outcome);
}

/** After the signal a running script gets a little time to end; then it is left running, and its step is unknown. */
async function withGrace(walk: Walk, run: (signal: AbortSignal) => Promise<StepOutcome>): Promise<StepOutcome> {
  const leave = new AbortController();
  const ended = new AbortController();
  const count = (): void => {
    walk.clock.sleep(graceAfterSignalMs, ended.signal).then(() => leave.abort(), () => undefined);
  };
  if (walk.signal.aborted) count();
  else walk.signal.addEventListener('abort', count, { once: true, signal: ended.signal });
  try {
    return await run(leave.signal);
  } finally {
    ended.abort();
  }
}

async function settle(walk: Walk, step: Step, direction: Direction, half: Half, world: StepWorld): Promise<void> {
  try {
    await half.settle?.(step.action, world);
  } catch (error) {
    if (!walk.signal.aborted && isStagecraftError(error)) await noteOf(walk, step, direction, 'outcome', 'failed', error.message);
    throw error;
  }
}

async function noteOf(walk: Walk, step: Step, direction: Direction, type: 'note' | 'outcome', status: 'completed' | 'failed', message: string): Promise<void> {
  const { store, bootId } = walk.on(step);
  await store.note(walk.session, { type, operation: walk.plan.operation, step: step.id, direction, status, bootId, message });
}

function waitingWorld(walk: Walk, step: Step): StepWorld {
  let last = '';
  return {
    ...walk.world(step),
    waiting(what) {
      if (what === last) return;
      last = what;
      walk.io.event(stepWaiting({ step: step.id, for: what }));
    },
  };
}

function scriptFailed(step: Step, direction: Direction, outcome: StepOutcome): Error {
  const tail = outcome.state === 'failed' ? outcome.tail : [];
  const how = outcome.state === 'failed' ? `ended with exit code ${outcome.exitCode}` : outcome.state === 'unknown' ? `is unknown: ${outcome.reason}` : 'ended';
  return fail({
    code: 'SC3210',
    kind: 'external',
    message: `Step ${step.id}${direction === 'undo' ? ' (way back)' : ''} on ${step.host ?? 'this machine'} ${how}${tail.length > 0 ? `: ${tail.at(-1)}` : '.'}`,
    tail,
    next: step.service ? [`stagecraft logs ${step.service}`] : ['stagecraft status'],
  });
}
