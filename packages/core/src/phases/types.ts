import type { Io } from '../io/io.js';
import type { SealedPlan, Step } from '../plan/types.js';
import type { JournalRecord, StepOutcome, StepScript } from '../protocol/types.js';
import type { StepWorld } from '../steps/types.js';

/** What the phase engine needs of a host's store: to run fenced scripts and to write and read its journal. */
export interface Journalled {
  run(session: string, script: StepScript, options?: { readonly signal?: AbortSignal; readonly onLine?: (line: string) => void }): Promise<StepOutcome>;
  note(session: string, record: Note): Promise<void>;
  readJournal(): Promise<readonly JournalRecord[]>;
}

export type Note = Pick<JournalRecord, 'type' | 'operation'> & Partial<Pick<JournalRecord, 'step' | 'direction' | 'attempt' | 'phase' | 'status' | 'message' | 'bootId'>>;

/** Everything a walk over a sealed plan needs. The phase engine decides nothing: it walks. */
export interface Walk {
  readonly plan: SealedPlan;
  readonly session: string;
  readonly store: Journalled;
  readonly io: Io;
  /** First Ctrl-C: no new step begins. */
  readonly signal: AbortSignal;
  /** Boot id of the host now. */
  readonly bootId: string;
  readonly clock: { now(): number; sleep(ms: number, signal?: AbortSignal): Promise<void> };
  world(step: Step): StepWorld;
}
