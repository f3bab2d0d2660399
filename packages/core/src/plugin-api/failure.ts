import type { Location } from './location.js';

/** What a provider says when it cannot go on. `ctx.fail(failure)` makes the error to throw. */
export interface Failure {
  /** `user`: something of the user's must change. `external`: an outside part failed. A provider has no other kinds. */
  readonly kind: 'user' | 'external';
  /** `<provider id>/<name>`, stable between minor versions. */
  readonly code: string;
  /** What happened, where and why, in one or two sentences without a secret. */
  readonly message: string;
  /** What to run or change next, one entry a line. */
  readonly next?: readonly string[];
  readonly location?: Location;
  readonly cause?: unknown;
}

/** Something that a check noticed. Errors stop a deploy before anything changes; warnings are shown. */
export interface Finding {
  readonly severity: 'error' | 'warning';
  readonly code: string;
  readonly message: string;
  readonly next?: readonly string[];
  readonly location?: Location;
  readonly service?: string;
}
