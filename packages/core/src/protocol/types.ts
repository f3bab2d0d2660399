import type { PhaseName } from '../plan/types.js';

/** Who acts: shown to others, compared with the living. */
export interface Owner {
  readonly user: string;
  readonly machine: string;
  /** CI run, when in one. */
  readonly ci?: string;
  readonly command: string;
  readonly bootId: string;
  readonly pidNamespace: string;
  readonly pid: number;
  /** Start time of the process in clock ticks since boot, as `/proc/<pid>/stat` gives it; '' where unknown. */
  readonly startTime: string;
}

/** `lock`: who acts now. */
export interface LockRecord {
  readonly session: string;
  readonly owner: Owner;
  readonly operation: string;
  readonly phase: string;
  /** ISO 8601 by the operator's clock; shown, never decided on. */
  readonly since: string;
  /** Boot id of the lock's own host when it was taken; '' or absent where unknown. */
  readonly hostBootId?: string;
  /** True: its holder left while a step may still have run. */
  readonly left: boolean;
}

/** `open.json`: what is unfinished. */
export interface OpenRecord {
  readonly operation: string;
  readonly kind: 'deploy' | 'rollback' | 'scale';
  readonly release: string;
  readonly version: string;
  readonly commit?: string;
  /** Release that served when it began; absent on a first deploy. */
  readonly prior?: string;
  readonly hosts: readonly string[];
  /** Hosts that were its own, and were forgotten while it was open. */
  readonly forgotten?: readonly string[];
  /** For a rollback: the release whose sealed model it deploys. For a scaling: the one that it scales. */
  readonly target?: string;
  /** For a scaling: the wanted number of containers by service. */
  readonly scale?: Readonly<Record<string, number>>;
  /** For a rollback with the secrets that the target was sealed with; absent: with today's. */
  readonly secrets?: 'sealed';
  /** Name of the host that holds the decision. */
  readonly anchor: string;
  readonly since: string;
  readonly by: string;
}

export type Decision = 'commit' | 'abort';

/** One line of `journal.ndjson`. `prev` is the SHA-256 of the line before, without its newline; of the empty string for the first. */
export interface JournalRecord {
  readonly prev: string;
  readonly seq: number;
  readonly type: 'intent' | 'outcome' | 'phase' | 'decision' | 'open' | 'close' | 'take' | 'note';
  readonly operation: string;
  readonly session: string;
  /** ISO 8601 by the host's clock; shown, never decided on. */
  readonly at: string;
  readonly step?: string;
  /** `undo` for the way back. */
  readonly direction?: 'do' | 'undo';
  readonly attempt?: number;
  readonly phase?: PhaseName;
  readonly status?: 'running' | 'completed' | 'failed' | 'skipped';
  readonly exitCode?: number;
  readonly bootId?: string;
  /** What the step's script reported with `result KEY VALUE`. */
  readonly result?: Readonly<Record<string, string>>;
  readonly message?: string;
}

export type PhaseStatus = 'pending' | 'running' | 'completed' | 'failed' | 'skipped';

/** A release as history keeps it; `releases/<id>/release.json` on every host, and the local cache. */
export interface ReleaseRecord {
  readonly format: 1;
  readonly id: string;
  /** Orders releases; 1 + the highest on any host, given under the lock. */
  readonly serial: number;
  readonly project: string;
  readonly environment: string;
  readonly version: string;
  readonly commit?: string;
  readonly kind: 'deploy' | 'rollback' | 'scale';
  /** For a rollback: the release whose sealed model it deployed. For a scaling: the one that it scaled. */
  readonly target?: string;
  /** `serving` only while no later one committed. */
  readonly outcome: 'open' | 'completed' | 'returned' | 'failed' | 'mixed';
  readonly startedAt: string;
  readonly finishedAt?: string;
  readonly operator: string;
  readonly operation: string;
  readonly previousId?: string;
  readonly phases: Readonly<Record<PhaseName, { readonly status: PhaseStatus; readonly startedAt?: string; readonly finishedAt?: string }>>;
  /** Image by service. */
  readonly images: Readonly<Record<string, { readonly reference: string; readonly id: string; readonly digest?: string }>>;
  /** SHA-256 of the rendered Compose file, by host. */
  readonly rendered: Readonly<Record<string, string>>;
  /** What it changed, by service: `created`, `replaced`, `held`, `removed`, `unchanged`, `ran`. */
  readonly changes: Readonly<Record<string, string>>;
  readonly failure?: { readonly code: string; readonly message: string; readonly phase: PhaseName; readonly step?: string; readonly service?: string };
  /** Identity and journal head (SHA-256 of the last line) of every host, in the closed record. */
  readonly hosts?: Readonly<Record<string, { readonly identity: string; readonly head: string }>>;
  /** Hosts that it was closed without: they were forgotten, and what they owed is written off. */
  readonly forgotten?: readonly string[];
}

/** `host.json` */
export interface HostRecord {
  readonly format: 1;
  readonly identity: string;
  readonly createdAt: string;
}

/** A step as the protocol runs it: one script under the flock, journalled before and after. */
export interface StepScript {
  readonly operation: string;
  readonly step: string;
  readonly direction: 'do' | 'undo';
  readonly attempt: number;
  /**
   * POSIX sh that does it, run with `set -eu`. It may use `$STAGECRAFT_ROOT` (state folder), `$STAGECRAFT_ENV` (`<root>/<project>/<env>`),
   * `$STAGECRAFT_RUN` (this run's folder), `result KEY VALUE` (recorded in the outcome; no secrets), `proxy_lock` (takes the host's proxy lock to the script's
   * end). Each effect that may hang goes under `timeout -k`.
   */
  readonly effects: string;
  /** For the whole script, milliseconds. */
  readonly timeoutMs: number;
}

/** What became of a step's script. */
export type StepOutcome =
  | { readonly state: 'completed'; readonly result: Readonly<Record<string, string>>; readonly bootId: string }
  | { readonly state: 'failed'; readonly exitCode: number; readonly result: Readonly<Record<string, string>>; readonly tail: readonly string[]; readonly bootId: string }
  /** An intent without a trustworthy outcome: probe before anything else. */
  | { readonly state: 'unknown'; readonly reason: string };
