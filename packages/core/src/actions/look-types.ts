import type { Decision, LockRecord, OpenRecord, ReleaseRecord } from '../protocol/types.js';

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

export interface WatchOptions {
  /** Milliseconds between two looks. */
  readonly intervalMs: number;
}

export interface Drift {
  readonly kind: 'containers' | 'images' | 'config' | 'files' | 'proxy' | 'hosts';
  /** '' where it is about no one service. */
  readonly service: string;
  readonly text: string;
}

export interface HostStatus {
  readonly name: string;
  readonly reachable: boolean;
  readonly error?: string;
  /** It was forgotten, and takes part in nothing. */
  readonly forgotten?: { readonly since: string; readonly by: string };
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
  /** Is told the names of all hosts, before the first line. */
  on?(hosts: readonly string[]): void;
  /** Is told of hosts that do not answer, before the first line. */
  away?(hosts: readonly HostAway[]): void;
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
  /** Of the open operation; absent: undecided, or not to be known now. */
  readonly decision?: Decision;
  /** Hosts that did not answer; absent: all did. */
  readonly away?: readonly HostAway[];
}

/** A host that did not answer, and why. */
export interface HostAway {
  readonly name: string;
  readonly error: string;
}
