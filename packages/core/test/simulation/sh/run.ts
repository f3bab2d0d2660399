import type { Disk } from '../host/disk.js';
import type { OpenFile } from '../host/inode.js';
import type { Shell } from './shell.js';

/** What a process stops at, for whoever schedules it. */
export type Stop =
  /** Before a change that others can see. */
  | { readonly kind: 'effect'; readonly what: string }
  /** Until `ready`, or, where there is one, until that instant. */
  | { readonly kind: 'wait'; readonly ready: () => boolean; readonly until: number; readonly what: string };

/** Something that runs, with the exit code that it comes to. */
export type Run = Generator<Stop, number, void>;

export type Fd = { readonly kind: 'out'; text: string } | { readonly kind: 'in'; text: string; at: number } | { readonly kind: 'file'; readonly file: OpenFile } | { readonly kind: 'null' };

/** A program: what it does with its words. */
export type Tool = (shell: Shell, argv: readonly string[]) => Run;

/** The process around a shell: what it may reach. */
export interface Around {
  readonly disk: Disk;
  readonly pid: number;
  now(): number;
  readonly bootId: string;
  /** A file that this process alone reads: a change of it is nothing to stop at. */
  isPrivate(path: string): boolean;
  tool(name: string): Tool | undefined;
}

/** Thrown to leave a shell. */
export class Exit {
  /** @param replaced by a program that `exec` put in its place: no trap runs. */
  constructor(
    readonly code: number,
    readonly replaced = false,
  ) {}
}

/** Thrown to leave a function. */
export class Return {
  constructor(readonly code: number) {}
}

/** Thrown to leave loops. */
export class Leave {
  constructor(
    readonly how: 'break' | 'continue',
    public levels: number,
  ) {}
}
