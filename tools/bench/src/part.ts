import type { Engine } from '@stagecraft-tools/engine';
import type { Row } from './row.js';

/** What a part of the benchmark has to work with. */
export interface Setting {
  /** Starts the command line. */
  readonly commandLine: readonly [string, string];
  /** Present for parts that need one. */
  readonly engine?: Engine;
  /** Fewer rounds. */
  readonly quick: boolean;
  readonly signal: AbortSignal;
  /** For people who wait; goes to stderr. */
  tell(line: string): void;
}

/** One part of the benchmark. It leaves nothing behind, whatever happens. */
export interface Part {
  readonly name: string;
  /** Measured only when it is named. */
  readonly onRequest?: true;
  /** Images that must be on the engine; undefined: it takes no engine. */
  readonly images?: readonly string[];
  measure(setting: Setting): Promise<readonly Row[]>;
}
