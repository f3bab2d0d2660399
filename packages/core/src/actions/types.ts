import type { Decision, LockRecord, OpenRecord, ReleaseRecord } from '../protocol/types.js';
import type { Origin } from '../config/types.js';
import type { Finding } from '../plugin-api/failure.js';
import type { Io } from '../io/io.js';
import type { Plan, PlanFilter } from '../plan/types.js';
import type { PluginRef } from '../providers/types.js';
import type { Clock } from '../ports/clock.js';
import type { Exec } from '../ports/exec.js';
import type { Files } from '../ports/files.js';
import type { Ssh } from '../ports/ssh.js';
import type { World } from './world.js';

export type * from './day-two-types.js';
export type * from './hosts-types.js';
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
  readonly exitCode: number;
}

export interface BuildOptions {
  readonly version?: string;
  readonly services: readonly string[];
  readonly dryRun: boolean;
  readonly pull: boolean;
  readonly noCache: boolean;
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
}

export interface ReleaseStory {
  readonly release: ReleaseRecord;
  readonly previous?: ReleaseRecord;
  /** Image and service changes since the previous one. */
  readonly changes: readonly { readonly service: string; readonly change: string; readonly image?: string; readonly before?: string }[];
  /** What the journal tells, in order: one entry a step, phase, decision, take-over. */
  readonly story: readonly { readonly at: string; readonly text: string; readonly step?: string; readonly status?: string; readonly durationMs?: number }[];
}

export interface StatusResult {
  readonly project: string;
  readonly environment: string;
  readonly healthy: boolean;
  /** Differences from the release, each a sentence. */
  readonly drift: readonly Drift[];
  readonly release?: ReleaseRecord;
  readonly lock?: LockRecord;
  readonly open?: OpenRecord;
  readonly hosts: readonly HostStatus[];
  readonly urls: readonly string[];
  /** Its requests are answered with 503 and a page. */
  readonly maintenance?: { readonly since: string; readonly by: string };
}

export interface ProxyStatus {
  readonly host: string;
  readonly provider: string;
  readonly state: 'absent' | 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead';
  /** The one that it runs. */
  readonly image: string;
  readonly listen: { readonly http: number; readonly https: number };
  readonly startedAt?: string;
  readonly restarts: number;
  /** Whom it serves, by project and environment. */
  readonly owners: readonly { readonly project: string; readonly environment: string; readonly routes: number; readonly targets: number; readonly maintenance: boolean }[];
  /** Why an upgrade would change it, each a sentence; empty: it is as configured. */
  readonly due: readonly string[];
}

export interface ProxyUpgradeOptions {
  /** Ask the registry for the image first. */
  readonly pull: boolean;
  /** Also where nothing differs. */
  readonly force: boolean;
  readonly dryRun: boolean;
  readonly lockWaitMs: number;
}

export interface ProxyUpgradeResult {
  readonly outcome: 'upgraded' | 'planned' | 'unchanged';
  readonly status: ProxyStatus;
  /** How new connections were led meanwhile: by the host's iptables, by a container that used them, or not at all: then they found nobody for a moment. */
  readonly how?: 'direct' | 'container' | 'none';
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

export interface MaintenanceOptions {
  readonly state: 'on' | 'off';
  /** HTML file below the project folder; absent: a page of ours. */
  readonly page?: string;
  /** For `Retry-After`, seconds. */
  readonly retryAfterS: number;
  readonly dryRun: boolean;
  readonly lockWaitMs: number;
}

export interface MaintenanceResult {
  readonly project: string;
  readonly environment: string;
  readonly outcome: 'changed' | 'unchanged' | 'planned';
  readonly state: 'on' | 'off';
  /** ISO 8601; present while it is on. */
  readonly since?: string;
  readonly by?: string;
  readonly retryAfterS?: number;
  /** Whose requests are meant. */
  readonly services: readonly string[];
}

export interface WatchOptions {
  /** Milliseconds between two looks. */
  readonly intervalMs: number;
}

export interface Drift {
  readonly kind: 'containers' | 'images' | 'config' | 'files' | 'proxy';
  /** '' where it is about no one service. */
  readonly service: string;
  readonly text: string;
}

export interface HostStatus {
  readonly name: string;
  readonly reachable: boolean;
  readonly error?: string;
  readonly engine?: string;
  readonly proxy?: { readonly provider: string; readonly running: boolean };
  readonly services: readonly ServiceStatus[];
}

export interface ServiceStatus {
  readonly service: string;
  readonly kind: string;
  readonly wanted: number;
  readonly running: number;
  readonly healthy: number;
  readonly version: string;
  readonly image: string;
  readonly release: string;
  readonly health: 'healthy' | 'starting' | 'unhealthy' | 'running' | 'stopped' | 'done' | 'failed' | 'absent';
  /** Since the oldest running container started; absent when none runs. */
  readonly uptimeMs?: number;
}

export interface LogsOptions {
  readonly services: readonly string[];
  readonly follow: boolean;
  readonly since?: string;
  readonly tail?: number;
}

export interface LogEntry {
  readonly host: string;
  readonly service: string;
  /** `web-2`: service and Compose number. */
  readonly source: string;
  readonly release: string;
  readonly stream: 'stdout' | 'stderr';
  readonly time: string;
  readonly text: string;
}

export interface LockStatus {
  readonly lock?: LockRecord;
  readonly open?: OpenRecord;
  /** The holder is proved dead on this machine. */
  readonly holderDead?: boolean;
  readonly stepRunning: boolean;
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
