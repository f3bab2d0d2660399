import type { Foreground } from '../ports/foreground.js';

/** How a command is run in a container. */
export interface TaskOptions {
  readonly service: string;
  /** argv; for a one-off empty: what the service itself runs. */
  readonly command: readonly string[];
  readonly user?: string;
  readonly workdir?: string;
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
