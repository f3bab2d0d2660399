import type { Action, SealedPlan } from '../plan/types.js';
import type { Context } from '../plugin-api/context.js';
import type { HostFiles } from '../plugin-api/host.js';
import type { ProxyPlace, ProxyProvider } from '../plugin-api/proxy.js';
import type { Clock } from '../ports/clock.js';
import type { Containers } from '../ports/containers.js';
import type { Shell } from '../ports/shell.js';
import type { Scope } from '../hosts/scope.js';

/** What a step of a host may use. Reads are free; every change goes through the script that it returns. */
export interface StepWorld {
  readonly plan: SealedPlan;
  readonly host: string;
  readonly scope: Scope;
  readonly containers: Containers;
  readonly shell: Shell;
  readonly files: HostFiles;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Present where the plan has routes, or had. */
  readonly proxy: ProxyInUse | undefined;
  /** The text without secrets: what tools and containers say goes into files only through it. */
  mask(text: string): string;
  /** Uploads what of an image of the operator's engine this host lacks, and gives the path of the upload there. */
  carry(action: Extract<Action, { kind: 'image.carry' }>, tell: (how: string) => void): Promise<string>;
  /** Pulls with the login that the config has for the registry; false: it has none, and the host pulls by what it has. */
  pull(reference: string, tell: (how: string) => void): Promise<boolean>;
  /** Tells what a long wait waits for. */
  waiting(for_: string): void;
}

export interface ProxyInUse {
  readonly id: string;
  readonly provider: ProxyProvider;
  readonly config: Readonly<Record<string, unknown>>;
  readonly place: ProxyPlace;
  readonly context: Context;
}

/**
 * One kind of step: what it does, how it is known to be done, how it is taken back. `done` is both probe and goal: the engine calls it on an
 * unknown step before anything else, and after the script to be sure.
 */
export interface StepKind<A extends Action = Action> {
  /** The goal holds now. Reads only. */
  done(action: A, world: StepWorld): Promise<boolean>;
  /** The change, as sh (see `StepScript.effects`). Absent: the step is a wait. Pure but for reads that the kind needs. */
  script?(action: A, world: StepWorld): Promise<string> | string;
  /** Waits until the goal holds. @throws StagecraftError when it cannot hold any more or the time is over. */
  settle?(action: A, world: StepWorld): Promise<void>;
  /** For the whole script, milliseconds; default 120 000. */
  timeoutMs?(action: A, world: StepWorld): number;
  /** What was done stays done when the host boots: it is on the disk, or gone for good. */
  readonly lasting?: true;
  /** The way back. Absent: nothing to take back. */
  readonly undo?: {
    /** The state before the step holds (again). */
    done(action: A, world: StepWorld): Promise<boolean>;
    script?(action: A, world: StepWorld): Promise<string> | string;
    settle?(action: A, world: StepWorld): Promise<void>;
    timeoutMs?(action: A, world: StepWorld): number;
  };
}
