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
