export interface HostsSetupOptions {
  /** Names of hosts; empty: all of the environment. */
  readonly hosts: readonly string[];
  /** The user to log in as, in place of the one who deploys. */
  readonly as?: string;
  /** Another suite of the distribution, for the engine and Compose. */
  readonly suite?: string;
  readonly dryRun: boolean;
}

/** What became of one host. */
export interface HostSetUp {
  readonly host: string;
  /** `refused`: its owner must change something first; `failed`: it did not answer, or a change did not work. */
  readonly outcome: 'nothing to do' | 'planned' | 'ready' | 'refused' | 'failed';
  readonly changes: readonly { readonly kind: string; readonly text: string; readonly why: string }[];
  /** What its owner is to know of it all the same. */
  readonly warnings?: readonly string[];
  /** Versions that were found by the last check. */
  readonly engine?: string;
  readonly compose?: string;
  readonly error?: { readonly code: string; readonly message: string; readonly next: readonly string[] };
}

export interface HostsSetupResult {
  readonly environment: string;
  /** In the order of the config. */
  readonly hosts: readonly HostSetUp[];
}

export interface HostMemberOptions {
  /** As the config calls it. */
  readonly name: string;
  readonly lockWaitMs: number;
  readonly dryRun: boolean;
}

export interface HostForgotten {
  readonly outcome: 'forgotten' | 'planned' | 'unchanged';
  readonly environment: string;
  readonly host: string;
  /** The open operation that is closed without it; its outcome once it is. */
  readonly operation?: { readonly kind: string; readonly release: string; readonly version: string; readonly outcome?: string };
}

export interface HostAdopted {
  readonly outcome: 'adopted' | 'planned' | 'unchanged';
  readonly environment: string;
  readonly host: string;
  /** Why it has to be. */
  readonly was?: 'forgotten' | 'replaced' | 'rewound';
  /** Releases that were copied to it from the others. */
  readonly copied?: number;
  /** Where on the host its own history lies now; absent: it had none. */
  readonly aside?: string;
}
