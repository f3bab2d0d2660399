import type { Difference } from '../compose/model-diff.js';
import type { HistoryEntry } from '../protocol/story.js';
import type { ReleaseRecord } from '../protocol/types.js';
import type { PrunePlan } from '../retention/plan.js';
import type { HostAway } from './look-types.js';

export type { Difference, HistoryEntry };

export interface HistoryOptions {
  /** The newest ones only. */
  readonly limit?: number;
}

export interface HistoryResult {
  readonly environment: string;
  /** Newest first. */
  readonly entries: readonly HistoryEntry[];
  /** Of all of them, before the limit. */
  readonly total: number;
  /** Hosts that did not answer; absent: all did. */
  readonly away?: readonly HostAway[];
}

export interface ReleasesDiff {
  readonly from: ReleaseRecord;
  readonly to: ReleaseRecord;
  /** Sorted by path; empty: both say the same. */
  readonly differences: readonly Difference[];
  /** Hosts that did not answer; absent: all did. */
  readonly away?: readonly HostAway[];
}

export interface PruneOptions {
  /** Completed releases to keep, in place of the config's `retention.releases`. */
  readonly keep?: number;
  readonly dryRun: boolean;
  /** Milliseconds to wait for a lock that another holds. */
  readonly lockWaitMs: number;
}

/** What was removed, or would be, over all hosts. Sizes in bytes, of all hosts together; layers that images share are counted for each. */
export interface PruneResult extends PrunePlan {
  readonly outcome: 'nothing to do' | 'planned' | 'completed';
  readonly environment: string;
  readonly keep: number;
  readonly bytes: number;
  /** The same by host, sorted by name: how many of each, and how much. */
  readonly hosts: readonly { readonly host: string; readonly bytes: number; readonly releases: number; readonly images: number }[];
}

export interface ScaleOptions {
  /** Wanted number of containers by service. */
  readonly counts: Readonly<Record<string, number>>;
  readonly dryRun: boolean;
  /** Milliseconds to wait for a lock that another holds. */
  readonly lockWaitMs: number;
}
