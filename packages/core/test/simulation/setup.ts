import type { Disk } from './host/disk.js';
import type { Engine } from './host/engine.js';
import type { Mutilation } from './host/host.js';
import type { Command, CommandResult } from './operator.js';

export interface Setup {
  readonly name: string;
  readonly hosts: readonly { readonly name: string; readonly disk: Disk; readonly engine: Engine }[];
  /** The project folder that each operator has a copy of. */
  readonly project: ReadonlyMap<string, string>;
  readonly operators: readonly { readonly name: string; readonly machine: string; readonly commands: readonly Command[] }[];
  /** Images whose containers never become healthy. */
  readonly sick?: readonly string[];
  readonly mutilated?: Mutilation;
  /** How the last operator, who comes after all, goes on. */
  readonly last: 'resume' | 'abort';
}

/** What is done in place of what would come next, at the so-manieth place where that is possible. */
export interface Deviation {
  readonly at: number;
  readonly what: string;
}

export interface Place {
  readonly at: number;
  /** The whole state. */
  readonly key: string;
  /** What would come next. */
  readonly next: string;
  readonly instead: readonly string[];
}

export interface Outcome {
  readonly violations: readonly string[];
  readonly places: readonly Place[];
  readonly results: readonly (CommandResult & { readonly by: string })[];
  /** It came to a state that was known. */
  readonly known: boolean;
  readonly trace: readonly string[];
}

export interface Watch {
  /** At each place behind the last deviation; false: this state is known, the rest need not be looked at. */
  place?(place: Place): boolean;
  /** What to do instead, in place of a schedule. */
  choose?(place: Omit<Place, 'key'>): string | undefined;
  readonly trace?: boolean;
}
