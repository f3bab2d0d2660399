import { explore, wander, type Violation } from './explore.js';
import type { Mutilation } from './host/host.js';
import { scenarioCount, scenarios } from './scenarios.js';
import { seeds } from './seeds.js';

export type Size = 'ci' | 'full';

/** What one part of the proof found. */
export interface Part {
  readonly executions: number;
  readonly states: number;
  readonly violations: readonly Pick<Violation, 'kind' | 'text' | 'schedule'>[];
  /** All of it was looked at. */
  readonly whole: boolean;
}

const hostsOf = { one: ['local'], two: ['h1', 'h2'] } as const;

/**
 * Every scenario on one host with one deviation, all of them, and on two hosts (in CI size one place in so many); runs with several deviations by seed; then
 * what is missed without each of the three pillars, and without sync.
 */
export function partsOf(size: Size): readonly string[] {
  const every = (hosts: keyof typeof hostsOf): readonly number[] => Array.from({ length: scenarioCount[hosts] }, (_, index) => index);
  const one = every('one');
  const full = size === 'full';
  return [
    ...every('two').flatMap((index) => [`explore two ${index} 1 ${full ? 1 : 16}`, ...(index < one.length ? [`explore one ${index} 1 1`] : [])]),
    ...(['flock', 'session', 'decision', 'sync'] as const).map((mutilation) => `without ${mutilation}`),
    ...every('two').flatMap((index) => [...(index < one.length ? [`wander one ${index} ${full ? 50 : 1}`] : []), `wander two ${index} ${full ? 50 : 1}`]),
    ...(full ? one.map((index) => `explore one ${index} 2 8`) : []),
  ];
}

/** @param forMs after which nothing more is begun. */
export async function runPart(part: string, forMs = Infinity): Promise<Part> {
  const [kind = '', which = '', place = '', count = '', every = ''] = part.split(' ');
  if (kind === 'without') return explore({ ...mutilated(which as Mutilation, await scenarios(hostsOf.one)), mutilated: which as Mutilation }, { deviations: 1, first: true });
  const setup = (await scenarios(hostsOf[which as 'one' | 'two']))[Number(place)];
  if (!setup) throw new Error(`there is no part ${part}`);
  if (kind === 'explore') return explore(setup, { deviations: Number(count), every: Number(every), forMs, now: () => Date.now() });
  const begun = Date.now();
  const violations: Violation[] = [];
  let executions = 0;
  for (let round = 0; round < Number(count) && Date.now() - begun < forMs; round += 1) {
    for (const seed of seeds) {
      const found = await wander(setup, seed + round * 1_000_003, 2 + (seed % 4));
      executions += 1;
      violations.push(...found.violations.map((text) => ({ kind: text.slice(0, text.indexOf(':')), text, schedule: found.schedule })));
    }
  }
  return { executions, states: 0, violations, whole: Date.now() - begun < forMs };
}

/** Where the missing pillar bears most: what is looked at first. */
export function mutilated<T extends { readonly name: string }>(mutilation: Mutilation, all: readonly T[]): T {
  const name = { flock: 'B takes the lock and resumes', session: 'B takes the lock and aborts', decision: 'B aborts on the same machine', sync: 'B resumes on the same machine' }[mutilation];
  const found = all.find((setup) => setup.name === name);
  if (!found) throw new Error(`there is no scenario ${name}`);
  return found;
}
