import type { Process, SimulatedHost } from './host/host.js';
import type { Operator, Request } from './operator.js';

/** Something that may come next. */
export type Item = { readonly by: Operator; readonly what: string; readonly process?: Process; readonly request?: Request };

/** Who has the turn, and the clock that goes on where nobody has. */
export class Turns {
  now = Date.parse('2026-01-01T00:00:00Z');
  private frozenAt = 0;

  /** @param operators in the order of their turns. */
  constructor(
    private readonly hosts: () => readonly SimulatedHost[],
    private readonly operators: () => readonly Operator[],
    private readonly note: (what: string) => void,
  ) {}

  /** What may come next. Who has the turn keeps it while it only waits for time; it passes it on where it waits for another, or has ended. */
  items(): Item[] {
    for (const by of this.operators()) {
      const all: Item[] = [];
      let sleeps = false;
      for (const host of this.hosts()) {
        for (const process of host.processes) {
          if (process.by !== by.name || process.frozen) continue;
          if (this.runs(process)) all.push({ by, process, what: `${by.name} ${process.kind}: ${process.stop?.what}` });
          else if (process.stop?.what.startsWith('sleep')) sleeps = true;
        }
      }
      if (by.alive && !by.frozen) {
        for (const request of by.requests) {
          if (!request.sleep || request.until <= this.now) all.push({ by, request, what: `${by.name} asks: ${request.what}` });
          else sleeps = true;
        }
      }
      if (all.length > 0) return all;
      // A script of its own may be held up: then others go on meanwhile.
      if (sleeps && !this.heldUp(by)) return [];
    }
    return [];
  }

  private heldUp(operator: Operator): boolean {
    return this.hosts().some((host) => host.processes.some((process) => process.by === operator.name && (process.frozen || process.stop?.kind === 'wait')));
  }

  private runs({ stop }: Process): boolean {
    return stop?.kind === 'effect' || (stop?.kind === 'wait' && (stop.ready() || this.now >= stop.until));
  }

  /** Time goes on to the next instant at which something may happen. */
  advance(): boolean {
    const waits = this.hosts().flatMap((host) => host.processes.flatMap((process) => (process.frozen || process.stop?.kind !== 'wait' ? [] : [process.stop.until])));
    const sleeps = this.operators().flatMap((operator) => (operator.alive && !operator.frozen ? operator.requests.filter((request) => request.sleep).map((request) => request.until) : []));
    const next = Math.min(...[...waits, ...sleeps].filter((until) => until > this.now));
    const frozen = this.operators().some((operator) => operator.frozen) || this.hosts().some((host) => host.processes.some((process) => process.frozen));
    if (frozen && (next === Infinity || this.now - this.frozenAt > 100_000)) {
      // An hour later it goes on.
      this.now += 3_600_000;
      this.thaw();
      return true;
    }
    if (next === Infinity) return false;
    this.now = Math.max(this.now, next);
    return true;
  }

  private thaw(): void {
    for (const operator of this.operators()) operator.frozen = false;
    for (const host of this.hosts()) for (const process of host.processes) process.frozen = false;
    this.note('thaws');
  }

  freeze(what: Process | Operator): void {
    this.frozenAt = this.now;
    what.frozen = true;
  }
}

/** Everything but a sleep that is over: nobody can tell when exactly it ends. */
export function stoppable({ request }: Item): boolean {
  return !request?.sleep;
}
