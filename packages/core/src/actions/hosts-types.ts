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
