import type { Event } from './event.js';
import type { Failure } from './failure.js';
import type { ExecResult, HostHandle } from './host.js';

/** What a provider gets in every call. A provider never prints: it tells events. */
export interface Context<Config = unknown> {
  readonly project: string;
  readonly environment: string;
  /** The provider's own section of `stagecraft.yml`, validated by its `configSchema`, defaults applied. */
  readonly config: Config;
  readonly io: { event(event: Event): void };
  /** Runs a command on the operator's machine in the project folder. Never through a shell. */
  exec(argv: readonly string[], options?: ProviderExecOptions): Promise<ExecResult>;
  on(host: string): HostHandle;
  readonly fetch: typeof fetch;
  readonly clock: { now(): number; sleep(ms: number, signal?: AbortSignal): Promise<void> };
  readonly signal: AbortSignal;
  /** Makes the error to throw: `throw ctx.fail({ kind: 'user', code: 'acme/no-target', ... })`. */
  fail(failure: Failure): Error;
}

export interface ProviderExecOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly timeoutMs?: number;
  /** Called with every line of output as it comes. */
  readonly onLine?: (line: string, stream: 'stdout' | 'stderr') => void;
}
