import type { Event } from '../plugin-api/event.js';

/** How core talks to whoever hosts it. Core never prints. */
export interface Io {
  event(event: Event): void;
  /** Asks the person; `fallback` is the answer where nobody can be asked (CI, no TTY, `--yes` gives `yes`). */
  ask(question: Question): Promise<string>;
}

export interface Question {
  readonly code: string;
  readonly text: string;
  readonly choices: readonly string[];
  readonly fallback: string;
}
