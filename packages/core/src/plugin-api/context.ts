import type { Event } from './event.js';
import type { Failure } from './failure.js';
import type { ExecResult, HostHandle } from './host.js';
import type { Secret } from './secrets.js';

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
  /** Files of the project on the operator's machine. */
  readonly files: ProjectFiles;
  /** Makes a secret. From now on its value is masked in everything that this run shows. */
  secret(name: string, value: string): Secret;
  readonly fetch: typeof fetch;
  readonly clock: { now(): number; sleep(ms: number, signal?: AbortSignal): Promise<void> };
  readonly signal: AbortSignal;
  /** Makes the error to throw: `throw ctx.fail({ kind: 'user', code: 'acme/no-target', ... })`. */
  fail(failure: Failure): Error;
}

/** Files by their path from the project folder; a path that leaves it, by `..` or by a link, is refused. */
export interface ProjectFiles {
  /** The text; undefined where there is no file. */
  read(path: string): Promise<string | undefined>;
  /** Replaces the file whole, with this mode; a crash or a full disk leaves the old one. */
  write(path: string, content: string, mode: number): Promise<void>;
  /** Permission bits; undefined where there is no file. */
  mode(path: string): Promise<number | undefined>;
}

export interface ProviderExecOptions {
  readonly cwd?: string;
  /** The whole environment of the process; absent: the operator's. */
  readonly env?: Readonly<Record<string, string>>;
  /** Variables that are added to the operator's environment. Not for names that the program itself reads. */
  readonly variables?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly timeoutMs?: number;
  /** Called with every line of output as it comes. */
  readonly onLine?: (line: string, stream: 'stdout' | 'stderr') => void;
}
