import type { LockStatus } from './look-types.js';

export interface StatePulled {
  readonly project: string;
  readonly environment: string;
  /** The file that was written, and how many releases of the environment are in it. */
  readonly cache: { readonly path: string; readonly releases: number };
  readonly serving?: { readonly release: string; readonly version: string };
  /** By name. */
  readonly hosts: readonly HostPulled[];
  /** Who acts, and what is unfinished. */
  readonly lock: LockStatus;
  /** Commands, in the order in which they are to be run. */
  readonly next: readonly string[];
}

/** What one host knows. */
export interface HostPulled {
  readonly name: string;
  /** `behind`: others know closed releases that it does not. `new`: nothing was ever deployed to it. `damaged`: what it has is not as it was written. `forgotten`: it takes part in nothing. `replaced`: another machine under its name. `rewound`: it lacks what others have seen in its journal. */
  readonly state: 'current' | 'behind' | 'new' | 'away' | 'damaged' | 'forgotten' | 'replaced' | 'rewound';
  /** How many releases it has. */
  readonly releases: number;
  /** Releases of others that it lacks, newest first. */
  readonly lacks: readonly string[];
  /** The unfinished operation is open on it. */
  readonly open: boolean;
  readonly error?: string;
}
