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

/** A host of a walk: where its steps run and are journalled. */
export interface WalkHost {
  readonly name: string;
  readonly store: Journalled;
  /** Boot id of the host now. */
  readonly bootId: string;
}

/** Everything a walk over a sealed plan needs. The phase engine decides nothing: it walks. */
export interface Walk {
  readonly plan: SealedPlan;
  readonly session: string;
  readonly io: Io;
  /** First Ctrl-C: no new step begins. */
  readonly signal: AbortSignal;
  readonly clock: { now(): number; sleep(ms: number, signal?: AbortSignal): Promise<void> };
  /** The host of a step; the anchor, for one that belongs to none. */
  on(step: Step): WalkHost;
  world(step: Step): StepWorld;
  /** What was packed to be carried; released when nothing more is. */
  readonly images?: { release(): Promise<void> };
}
