import type { ExecResult } from '../plugin-api/host.js';

export interface ExecOptions {
  readonly cwd?: string;
  /** The whole environment of the child; nothing is inherited that is not named here. Absent: the operator's. */
  readonly env?: Readonly<Record<string, string>>;
  /** Added to that environment. Not for names that the program itself reads. */
  readonly variables?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Called with every line as it comes. */
  readonly onLine?: (line: string, stream: 'stdout' | 'stderr') => void;
  /** How many characters of each stream the result keeps, from its end; default 10 MiB. */
  readonly keep?: number;
  /** Values never shown in errors or events. */
  readonly secrets?: readonly string[];
}

/** Runs processes on the operator's machine. argv arrays only, never a shell string from users' values. */
export interface Exec {
  /**
   * Runs to the end and gives the exit code, whatever it is.
   * @throws StagecraftError `external` when the program is not there, on time-out (the process tree is ended), `interrupted` on abort.
   */
  run(argv: readonly string[], options?: ExecOptions): Promise<ExecResult>;
}
