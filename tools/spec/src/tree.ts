import type { CommandSpec } from './feature.js';

/** All that the validator looks at, as text: it reads nothing itself. */
export interface Tree {
  /** Text of spec/features.yaml. */
  readonly features: string;
  /** Text of every spec by path: `spec/<domain>/<ID>.md`. */
  readonly specs: Readonly<Record<string, string>>;
  /** Text of every ADR by path. */
  readonly adrs: Readonly<Record<string, string>>;
  /** Text of every test file by path. */
  readonly tests: Readonly<Record<string, string>>;
  /** What the commands really declare, global flags included; absent: not looked at. */
  readonly commands?: Readonly<Record<string, CommandSpec>>;
}

/** Something that is not as it must be. */
export interface Problem {
  /** File, with `:line` where known. */
  readonly where: string;
  readonly message: string;
}
