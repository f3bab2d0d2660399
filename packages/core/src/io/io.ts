import type { Event } from '../plugin-api/event.js';

/** How core talks to whoever hosts it. Core never prints. */
export interface Io {
  event(event: Event): void;
  /** Asks the person; `fallback` is the answer where nobody can be asked (CI, no TTY, `--yes` gives `yes`). */
  ask(question: Question): Promise<string>;
  /**
   * Values that no sink may show from now on, in any of the usual encodings. Whoever resolves a secret tells it here before anything else;
   * values shorter than four characters cannot be masked.
   */
  hide?(values: readonly string[]): void;
  /** The text with all of those masked: for what is written into a record. */
  mask?(text: string): string;
}

export interface Question {
  readonly code: string;
  readonly text: string;
  readonly choices: readonly string[];
  readonly fallback: string;
  /** What is typed is not shown: a passphrase. */
  readonly hidden?: boolean;
}
