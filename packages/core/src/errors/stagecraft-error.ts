import type { Finding } from '../plugin-api/failure.js';
import type { Location } from '../plugin-api/location.js';

const brand = Symbol.for('stagecraft.error');

/** `user`, `external` and `bug` are anyone's; `locked`, `interrupted` and the outcomes are core's own. */
export type ErrorKind = 'user' | 'external' | 'bug' | 'locked' | 'interrupted' | 'returned' | 'mixed';

export interface ErrorInit {
  /** `SCnnnn`, or `<provider id>/<name>`. */
  readonly code: string;
  readonly kind: ErrorKind;
  /** What happened, where, and why. */
  readonly message: string;
  /** What to run or change next, one entry a line. */
  readonly next?: readonly string[];
  readonly location?: Location;
  /** When one error stands for many (all errors of a file, all findings of a preflight). */
  readonly findings?: readonly Finding[];
  /** Last lines of a tool's or container's output. */
  readonly tail?: readonly string[];
  readonly cause?: unknown;
}

/** Every error that Stagecraft means. Anything else that is thrown is a bug. */
export class StagecraftError extends Error {
  readonly [brand] = true;
  override readonly name = 'StagecraftError';
  readonly code: string;
  readonly kind: ErrorKind;
  readonly next: readonly string[];
  readonly location: Location | undefined;
  readonly findings: readonly Finding[];
  readonly tail: readonly string[];

  constructor(init: ErrorInit) {
    super(init.message, init.cause === undefined ? undefined : { cause: init.cause });
    this.code = init.code;
    this.kind = init.kind;
    this.next = init.next ?? [];
    this.location = init.location;
    this.findings = init.findings ?? [];
    this.tail = init.tail ?? [];
  }
}

/** Makes the error to throw. */
export function fail(init: ErrorInit): StagecraftError {
  return new StagecraftError(init);
}

/** True for errors of any copy of core: a project may hold more than one. */
export function isStagecraftError(error: unknown): error is StagecraftError {
  return typeof error === 'object' && error !== null && brand in error;
}
