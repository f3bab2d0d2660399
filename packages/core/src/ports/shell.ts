import type { ExecResult } from '../plugin-api/host.js';

/**
 * A POSIX shell on a host. For driver `local` it is `sh` on this machine; over SSH it is the host's.
 * Scripts are our own texts; users' values enter them only through `quote` (core/src/hosts/quote.ts).
 */
export interface Shell {
  /** Runs a short script to its end. @param options `keep`: characters of each stream that are kept, the last ones; default ten million; `again`: it only reads, so that it may be run once more when the connection broke. @throws StagecraftError `external` when the shell cannot be had, `interrupted` on abort. */
  run(script: string, options?: { readonly stdin?: string; readonly timeoutMs?: number; readonly signal?: AbortSignal; readonly keep?: number; readonly again?: boolean }): Promise<ExecResult>;
  /**
   * Starts a script file in a session of its own (`setsid`), with no input and no output to us, and returns at once.
   * It outlives this process.
   */
  start(file: string): Promise<void>;
}
