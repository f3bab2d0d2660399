import type { PhaseName } from '../plan/types.js';
import type { Decision, JournalRecord, PhaseStatus } from '../protocol/types.js';

/** What the journal says of one direction of one step. */
export interface StepProgress {
  /** `unknown`: an intent without an outcome. */
  readonly state: 'completed' | 'failed' | 'unknown';
  readonly attempts: number;
  /** The goal was seen to hold after the script. */
  readonly settled: boolean;
  readonly bootId: string;
}

/** What the journal says of one operation. A pure fold of its records. */
export interface Progress {
  step(id: string, direction: 'do' | 'undo'): StepProgress | undefined;
  /** An intent may exist: the step may have changed something. */
  touched(id: string): boolean;
  phase(name: PhaseName): { readonly status: PhaseStatus; readonly startedAt?: string; readonly finishedAt?: string };
  readonly decision: Decision | undefined;
}

export function progressOf(journal: readonly JournalRecord[], operation: string): Progress {
  const steps = new Map<string, StepProgress>();
  const phases = new Map<PhaseName, { status: PhaseStatus; startedAt?: string; finishedAt?: string }>();
  let decision: Decision | undefined;
  for (const record of journal) {
    if (record.operation !== operation) continue;
    if (record.step !== undefined && (record.type === 'intent' || record.type === 'outcome' || record.type === 'note')) {
      const key = keyOf(record.step, record.direction ?? 'do');
      steps.set(key, after(steps.get(key), record));
    }
    if (record.type === 'phase' && record.phase && record.status) phases.set(record.phase, phaseAfter(phases.get(record.phase), record));
    if (record.type === 'decision') decision = record.message === 'abort' ? 'abort' : 'commit';
  }
  return {
    decision,
    step: (id, direction) => steps.get(keyOf(id, direction)),
    touched: (id) => steps.has(keyOf(id, 'do')),
    phase: (name) => phases.get(name) ?? { status: 'pending' },
  };
}

function keyOf(step: string, direction: 'do' | 'undo'): string {
  return `${direction} ${step}`;
}

function after(before: StepProgress | undefined, record: JournalRecord): StepProgress {
  const attempts = Math.max(before?.attempts ?? 0, record.attempt ?? 0);
  const bootId = record.bootId ?? before?.bootId ?? '';
  if (record.type === 'intent') return { state: 'unknown', attempts, settled: false, bootId };
  const state = record.status === 'failed' ? 'failed' : 'completed';
  return { state, attempts, bootId, settled: state === 'completed' && (record.type === 'note' || (before?.settled ?? false)) };
}

function phaseAfter(before: { status: PhaseStatus; startedAt?: string; finishedAt?: string } | undefined, record: JournalRecord): { status: PhaseStatus; startedAt?: string; finishedAt?: string } {
  const status = record.status ?? 'pending';
  if (status === 'running') return { status, startedAt: before?.startedAt ?? record.at };
  return { ...before, status, finishedAt: record.at };
}
