import type { Event, Message, PhaseName } from '@stagecraft/core';
import { decisionMade, operationBegins, operationEnded, phaseStatus, stepOutput, stepStatus, stepWaiting } from '@stagecraft/core/host';

type DataOf<M> = M extends Message<infer Data> ? Data : never;
type StepData = DataOf<typeof stepStatus>;
export type StepState = StepData['status'];

export interface StepProgress {
  readonly id: string;
  readonly host: string;
  readonly service: string;
  readonly action: string;
  readonly why: string;
  readonly status: StepState;
  readonly startedAt: number;
  readonly durationMs: number;
  readonly waitingFor?: string;
  /** Last lines of its output. */
  readonly output: readonly string[];
}

export interface PhaseProgress {
  /** '': steps that were told outside of any phase. */
  readonly phase: PhaseName | '';
  readonly status: 'running' | 'completed' | 'failed' | 'skipped';
  readonly startedAt: number;
  readonly endedAt?: number;
  /** In the order in which they began. */
  readonly steps: readonly StepProgress[];
}

/** What the events so far come to. */
export interface Progress {
  readonly operation?: { readonly text: string; readonly startedAt: number };
  readonly decision?: string;
  readonly ended?: { readonly outcome: string; readonly durationMs: number };
  readonly phases: readonly PhaseProgress[];
  readonly total: number;
  readonly done: number;
}

export const noProgress: Progress = { phases: [], total: 0, done: 0 };

/** How many lines of output are kept under a running step. */
const kept = 4;

/** The progress after one more event; `now` in milliseconds. Events that tell none leave it as it is. */
export function advance(progress: Progress, event: Event, now: number): Progress {
  if (is(event, operationBegins)) return { ...progress, operation: { text: operationBegins.text(event.data), startedAt: now } };
  if (is(event, operationEnded)) return { ...progress, ended: { outcome: event.data.outcome, durationMs: event.data.durationMs } };
  if (is(event, decisionMade)) return { ...progress, decision: event.data.decision };
  if (is(event, phaseStatus)) return advancePhase(progress, event.data, now);
  if (is(event, stepStatus)) return advanceStep(progress, event.data, now);
  if (is(event, stepWaiting)) return changeStep(progress, event.data.step, (step) => ({ ...step, waitingFor: event.data.for }));
  if (is(event, stepOutput)) return changeStep(progress, event.data.step, (step) => ({ ...step, output: [...step.output, event.data.line].slice(-kept) }));
  return progress;
}

/** True when the event is of this message; narrows its data. */
export function is<Data>(event: Event, message: Message<Data>): event is Event<Data> {
  return event.code === message.code;
}

function advancePhase(progress: Progress, data: DataOf<typeof phaseStatus>, now: number): Progress {
  const known = progress.phases.find((entry) => entry.phase === data.phase);
  const before = progress.phases.map((entry): PhaseProgress => (entry.phase === '' && entry.status === 'running' ? { ...entry, status: 'completed', endedAt: now } : entry));
  const ended = data.status === 'running' ? {} : { endedAt: now };
  if (known === undefined) return { ...progress, phases: [...before, { phase: data.phase, status: data.status, startedAt: now, ...ended, steps: [] }] };
  return { ...progress, phases: progress.phases.map((entry) => (entry === known ? { ...entry, status: data.status, ...ended } : entry)) };
}

function advanceStep(progress: Progress, data: StepData, now: number): Progress {
  const over = data.status === 'completed' || data.status === 'skipped';
  const counted = { ...progress, total: Math.max(progress.total, data.total), done: progress.done + (over ? 1 : 0) };
  const known = progress.phases.some((phase) => phase.steps.some((step) => step.id === data.id));
  const began = { id: data.id, host: data.host, service: data.service, action: data.action, why: data.why, status: data.status, startedAt: now, durationMs: data.durationMs };
  if (known) {
    const begins = data.status === 'running' || data.status === 'undoing';
    return changeStep(counted, data.id, ({ waitingFor: _, ...step }) => ({ ...step, ...began, startedAt: begins ? now : step.startedAt }));
  }
  const running = [...progress.phases].reverse().find((phase) => phase.status === 'running');
  if (running === undefined) return { ...counted, phases: [...progress.phases, { phase: '', status: 'running', startedAt: now, steps: [{ ...began, output: [] }] }] };
  return { ...counted, phases: progress.phases.map((phase) => (phase === running ? { ...phase, steps: [...phase.steps, { ...began, output: [] }] } : phase)) };
}

function changeStep(progress: Progress, id: string, change: (step: StepProgress) => StepProgress): Progress {
  return {
    ...progress,
    phases: progress.phases.map((phase) => (phase.steps.some((step) => step.id === id) ? { ...phase, steps: phase.steps.map((step) => (step.id === id ? change(step) : step)) } : phase)),
  };
}
