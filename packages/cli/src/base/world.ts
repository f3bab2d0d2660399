import type { Clock } from '@stagecraft/core';
import type { Config } from '@oclif/core';
import type { Actions } from './actions.js';

/** A stream that takes text. */
export interface Output {
  write(text: string): boolean;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  on?(event: 'error', listener: (error: NodeJS.ErrnoException) => void): unknown;
}

export type Signal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/** The process around a command. Tests bring their own. */
export interface World {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly clock: Clock;
  readonly signals: { on(signal: Signal, listener: () => void): unknown; off(signal: Signal, listener: () => void): unknown };
  /** What core does; imported when a command first needs it. */
  actions(): Promise<Actions>;
  /** Commands leave their exit code here. */
  exitCode: number;
  /** Ends the process at once. */
  leave(code: number): void;
}

const key = Symbol.for('stagecraft.cli.world');

/** Load options of oclif that carry the world to every command. */
export function withWorld<Options extends object>(options: Options, world: World): Options {
  return { ...options, [key]: world };
}

/** The world of a command. */
export function worldOf(config: Config): World {
  const world = (config.options as { [key]?: World })[key];
  if (world === undefined) throw new Error('this command was not started by the program of @stagecraft/cli');
  return world;
}
