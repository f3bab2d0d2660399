import type { Foreground } from '../ports/foreground.js';

/** How a command is run in a container. */
export interface TaskOptions {
  readonly service: string;
  /** argv; for a one-off empty: what the service itself runs. */
  readonly command: readonly string[];
  readonly user?: string;
  readonly workdir?: string;
  /** Name of the host; absent: of those that have the service, the first that answers. */
  readonly host?: string;
  /** The terminal that it gets; absent: its output is kept for the result, and it has no input. */
  readonly foreground?: Foreground;
}

export interface ExecCommandOptions extends TaskOptions {
  /** Number of the container, as in `web-2`. */
  readonly index?: number;
  /** Its name, or the begin of its id. */
  readonly container?: string;
}

export interface OneOffOptions extends TaskOptions {
  /** Does not wait for its end. */
  readonly detach: boolean;
}

export interface TaskResult {
  /** Where it ran. */
  readonly host: string;
  readonly service: string;
  /** Name of the container. */
  readonly container: string;
  /** The release that it is of. */
  readonly release: string;
  /** The command's own; 0 for a detached one that was started. */
  readonly exitCode: number;
  /** What it printed, where that was kept. */
  readonly stdout?: string;
  readonly stderr?: string;
}

export interface SshCommandOptions {
  /** Name of the host; absent: the only one, or the one that is answered. */
  readonly host?: string;
  /** Only hosts of this role. */
  readonly role?: string;
  /** Empty: a login. One word: a line for the shell there, as with `ssh`. Several: argv, which arrives as it is. */
  readonly command: readonly string[];
  /** The terminal that it gets; absent: its output is kept for the result, and it has no input. */
  readonly foreground?: Foreground;
}

export interface SshCommandResult {
  readonly host: string;
  /** The command's own; 255 where `ssh` itself failed. */
  readonly exitCode: number;
  /** What it printed, where that was kept. */
  readonly stdout?: string;
  readonly stderr?: string;
}
