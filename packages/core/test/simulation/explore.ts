import type { Deviation, Outcome, Setup } from './setup.js';
import { Simulation } from './simulation.js';

export interface Limits {
  /** How often in one run something else is done than what would come next. */
  readonly deviations: number;
  /** Only one in so many of the places of the first deviation, from an offset on: a part of the whole. */
  readonly every?: number;
  readonly offset?: number;
  /** Stop at the first violation. */
  readonly first?: boolean;
  /** Milliseconds after which no new run begins. */
  readonly forMs?: number;
  readonly now?: () => number;
}

export interface Explored {
  readonly setup: string;
  readonly executions: number;
  /** Different states of everything: hosts, scripts, operators. */
  readonly states: number;
  readonly violations: readonly Violation[];
  /** All within the limits was looked at. */
  readonly whole: boolean;
}

export interface Violation {
  readonly kind: string;
  readonly text: string;
  readonly schedule: readonly Deviation[];
}

/**
 * Looks at every run within the limits: each begins like one that is known, and deviates once more. A state that was seen with as many deviations left is
 * not looked at again.
 */
export async function explore(setup: Setup, limits: Limits): Promise<Explored> {
  const seen = new Map<string, number>();
  const tried = new Set<string>();
  const violations: Violation[] = [];
  const kinds = new Set<string>();
  const now = limits.now ?? ((): number => 0);
  const begun = now();
  let executions = 0;
  let whole = true;
  const stack: Deviation[][] = [[]];
  for (let schedule = stack.pop(); schedule; schedule = stack.pop()) {
    if ((limits.first && violations.length > 0) || (limits.forMs !== undefined && now() - begun > limits.forMs)) {
      whole = false;
      break;
    }
    const left = limits.deviations - schedule.length;
    executions += 1;
    const outcome: Outcome = await new Simulation(setup, schedule, {
      place: ({ key }) => {
        const before = seen.get(key);
        if (before !== undefined && before >= left) return false;
        seen.set(key, left);
        return true;
      },
    }).run();
    for (const text of outcome.violations) {
      const kind = text.slice(0, text.indexOf(':'));
      if (!kinds.has(kind) || violations.length < 50) violations.push({ kind, text, schedule });
      kinds.add(kind);
    }
    if (left === 0 || outcome.violations.length > 0) continue;
    for (const place of outcome.places) {
      if (schedule.length === 0 && limits.every !== undefined && (place.at + (limits.offset ?? 0)) % limits.every !== 0) continue;
      for (const what of place.instead) {
        // The same thing done in the same state is the same run.
        const name = `${place.key} ${what} ${left}`;
        if (tried.has(name)) continue;
        tried.add(name);
        stack.push([...schedule, { at: place.at, what }]);
      }
    }
  }
  return { setup: setup.name, executions, states: seen.size, violations, whole };
}

/** One run that deviates here and there, by chance: the same seed is the same run. */
export async function wander(setup: Setup, seed: number, deviations: number): Promise<{ readonly violations: readonly string[]; readonly schedule: readonly Deviation[] }> {
  let state = seed;
  const next = (): number => {
    // mulberry32
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  const schedule: Deviation[] = [];
  const outcome = await new Simulation(setup, [], {
    choose({ at, instead }) {
      if (schedule.length >= deviations || instead.length === 0 || next() > deviations / 150) return undefined;
      const what = instead[Math.floor(next() * instead.length)] ?? '';
      schedule.push({ at, what });
      return what;
    },
  }).run();
  return { violations: outcome.violations, schedule };
}
