/** Runs a process in the foreground of the operator's terminal: what it reads and prints is theirs, and nothing of it passes through us. */
export interface Foreground {
  /** Standard input and output are a terminal. */
  readonly tty: boolean;
  /**
   * Runs to the end. Signals that reach this process are handed on to it; with a terminal Ctrl-C is a key that the program behind it reads.
   * @param options `signalled`: argv that brings a signal to where it is meant for, in place of the process that was started. `orphaned`: argv that is started
   * when this process has to go before the other one ended.
   * @returns its exit code; 128 and the signal's number where a signal ended it.
   * @throws StagecraftError `external` when the program cannot be started.
   */
  run(argv: readonly string[], options: { readonly env: Readonly<Record<string, string>>; readonly signalled?: (signal: string) => readonly string[]; readonly orphaned?: readonly string[] }): Promise<number>;
}
