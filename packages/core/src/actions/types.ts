import type { Decision, ReleaseRecord } from '../protocol/types.js';
import type { Origin } from '../config/types.js';
import type { Finding } from '../plugin-api/failure.js';
import type { Io } from '../io/io.js';
import type { Plan, PlanFilter } from '../plan/types.js';
import type { PluginRef } from '../providers/types.js';
import type { Clock } from '../ports/clock.js';
import type { Exec } from '../ports/exec.js';
import type { Files } from '../ports/files.js';
import type { Ssh } from '../ports/ssh.js';
import type { HostAway } from './look-types.js';
import type { WitnessReport } from '../ports/witness.js';
import type { World } from './world.js';

export type * from './day-two-types.js';
export type * from './hosts-types.js';
export type * from './look-types.js';
export type * from './proxy-types.js';
export type * from './state-types.js';
export type * from './task-types.js';

/** What every action gets from its host (the command line, a test): the world, and the global choices. */
export interface Workspace {
  /** Absolute project folder: where `stagecraft.yml` is. */
  readonly folder: string;
  /** Path of the config, relative to the folder. */
  readonly config: string;
  /** Chosen by flag or variable; absent: the only one. */
  readonly environment?: string;
  readonly processEnv: Readonly<Record<string, string | undefined>>;
  readonly plugins: readonly PluginRef[];
  readonly io: Io;
  readonly exec: Exec;
  readonly files: Files;
  readonly clock: Clock;
  /** First Ctrl-C: no new step is started. */
  readonly signal: AbortSignal;
  /** `--yes`: every question is answered with its safe yes. */
  readonly yes: boolean;
  /** The command line as typed, for the lock and the journal; secrets never stand in it. */
  readonly command: string;
  /** Connections to hosts; absent where no host is reached by them. */
  readonly ssh?: Ssh;
  /** Absent: this machine, and its hosts. */
  readonly world?: World;
}

export interface PlanOptions {
  readonly version?: string;
  /** Ask the engine: basis `live`. */
  readonly refresh: boolean;
  readonly filter: PlanFilter;
  readonly pull: boolean;
  readonly replace?: readonly string[];
}

export interface DeployOptions {
  readonly version?: string;
  readonly filter: PlanFilter;
  /** Draft and observe, show, change nothing. */
  readonly dryRun: boolean;
  /** Text of a saved plan and its path. */
  readonly saved?: { readonly path: string; readonly text: string };
  readonly resume: boolean;
  readonly abort: boolean;
  readonly pull: boolean;
  readonly acceptEmptyVolume: readonly string[];
  /** Data services that may be replaced, each after a confirmation of its own. */
  readonly replace?: readonly string[];
  /** Those of them that are confirmed beforehand, by name. */
  readonly confirmed?: readonly string[];
  /** Milliseconds to wait for a lock that another holds. */
  readonly lockWaitMs: number;
}

export interface RollbackOptions {
  readonly toRelease?: string;
  readonly toVersion?: string;
  /** `today` (default): the secrets that serve now; `sealed`: those of the release. */
  readonly secrets?: 'today' | 'sealed';
  readonly dryRun: boolean;
  readonly filter: PlanFilter;
  readonly lockWaitMs: number;
}

/** What a deploy or rollback came to. */
export interface DeployResult {
  readonly outcome: 'nothing to do' | 'planned' | 'completed' | 'returned' | 'mixed' | 'failed';
  /** Absent where an operation was aborted before it had a sealed plan. */
  readonly plan?: Plan;
  readonly release?: ReleaseRecord;
  readonly decision?: Decision;
  /** Public addresses of the routes, for the last line: `http://localhost:8080/api`. */
  readonly urls: readonly string[];
  /** What `rollout.witness` saw. */
  readonly witness?: WitnessReport;
  readonly exitCode: number;
}

export interface BuildOptions {
  readonly version?: string;
  readonly services: readonly string[];
  readonly dryRun: boolean;
  readonly pull: boolean;
  readonly noCache: boolean;
  /** To the registry of the config. */
  readonly push: boolean;
}

export interface BuildResult {
  readonly images: readonly { readonly services: readonly string[]; readonly reference: string; readonly id: string | undefined; readonly cached: boolean; readonly durationMs: number }[];
}

export interface ReleasesResult {
  readonly environment: string;
  /** Newest first. */
  readonly releases: readonly ReleaseRecord[];
  readonly serving?: string;
  readonly basis: 'live' | 'record';
  /** Hosts that did not answer; absent: all did. */
  readonly away?: readonly HostAway[];
}

export interface ReleaseStory {
  readonly release: ReleaseRecord;
  readonly previous?: ReleaseRecord;
  /** Image and service changes since the previous one. */
  readonly changes: readonly { readonly service: string; readonly change: string; readonly image?: string; readonly before?: string }[];
  /** What the journal tells, in order: one entry a step, phase, decision, take-over. */
  readonly story: readonly { readonly at: string; readonly text: string; readonly step?: string; readonly status?: string; readonly durationMs?: number }[];
  /** Hosts that did not answer: what was done on them is not told; absent: all did. */
  readonly away?: readonly HostAway[];
}

export interface AdoptOptions {
  /** Compose project of the stack; absent: the one that was started from this folder. */
  readonly project?: string;
  readonly dryRun: boolean;
  readonly lockWaitMs: number;
  /** Shows what would be adopted, before it is asked whether to. */
  show(what: Omit<AdoptResult, 'outcome'>): void | Promise<void>;
}

export interface AdoptResult {
  readonly outcome: 'adopted' | 'planned' | 'unchanged';
  readonly project: string;
  readonly environment: string;
  readonly composeProject: string;
  /** The one line of the config that changes; absent: it says so already. */
  readonly config: { readonly file: string; readonly change?: { readonly line: number; readonly before?: string; readonly after: string } };
  readonly services: readonly AdoptedService[];
  /** Of the deploy that comes next. */
  readonly findings: readonly Finding[];
}

export interface AdoptedService {
  readonly service: string;
  readonly containers: readonly string[];
  readonly volumes: readonly string[];
  /** At the next deploy: `kept` as it runs, replaced (`rolling`, `recreate`), `run` as a job, or `left` because no deploy knows it. */
  readonly next: 'kept' | 'rolling' | 'recreate' | 'run' | 'left';
}

export interface ConfigShown {
  /** Dotted path, value with secrets masked, origin; sorted by path. */
  readonly values: readonly { readonly path: string; readonly value: unknown; readonly origin: Origin }[];
  readonly findings: readonly Finding[];
}

export interface InitOptions {
  readonly interactive: boolean;
  readonly force: boolean;
  readonly name?: string;
}

export interface InitResult {
  /** `exists`: the config was there and is valid; nothing was written. */
  readonly outcome: 'written' | 'exists';
  readonly files: readonly string[];
  /** What was found, each a sentence. */
  readonly found: readonly string[];
  readonly text: string;
  readonly next: readonly string[];
}
