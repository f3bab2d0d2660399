import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
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
}

const hostsOf = { one: ['local'], two: ['h1', 'h2'] } as const;

/**
 * Every scenario on one host with one deviation, all of them, and on two hosts (in CI size one place in so many); runs with several deviations by seed; then
 * what is missed without each of the three pillars, and without sync.
 */
export function partsOf(size: Size): readonly string[] {
  const all = Array.from({ length: scenarioCount }, (_, index) => index);
  const full = size === 'full';
  return [
    ...all.flatMap((index) => [`explore two ${index} 1 ${full ? 1 : 16}`, `explore one ${index} 1 1`, ...(full ? [`explore one ${index} 2 8`] : [])]),
    ...all.flatMap((index) => [`wander one ${index} ${full ? 50 : 1}`, `wander two ${index} ${full ? 50 : 1}`]),
    ...(['flock', 'session', 'decision', 'sync'] as const).map((mutilation) => `without ${mutilation}`),
  ];
}

export async function runPart(part: string): Promise<Part> {
  const [kind = '', which = '', place = '', count = '', every = ''] = part.split(' ');
  if (kind === 'without') return explore({ ...mutilated(which as Mutilation, await scenarios(hostsOf.one)), mutilated: which as Mutilation }, { deviations: 1, first: true });
  const setup = (await scenarios(hostsOf[which as 'one' | 'two']))[Number(place)];
  if (!setup) throw new Error(`there is no part ${part}`);
  if (kind === 'explore') return explore(setup, { deviations: Number(count), every: Number(every) });
  const violations: Violation[] = [];
  let executions = 0;
  for (let round = 0; round < Number(count); round += 1) {
    for (const seed of seeds) {
      const found = await wander(setup, seed + round * 1_000_003, 2 + (seed % 4));
      executions += 1;
      violations.push(...found.violations.map((text) => ({ kind: text.slice(0, text.indexOf(':')), text, schedule: found.schedule })));
    }
  }
  return { executions, states: 0, violations };
}

/** Where the missing pillar bears most: what is looked at first. */
export function mutilated<T extends { readonly name: string }>(mutilation: Mutilation, all: readonly T[]): T {
  const name = { flock: 'B takes the lock and resumes', session: 'B takes the lock and aborts', decision: 'B aborts on the same machine', sync: 'B resumes on the same machine' }[mutilation];
  const found = all.find((setup) => setup.name === name);
  if (!found) throw new Error(`there is no scenario ${name}`);
  return found;
}

/** Runs all parts, two at a time, each in a process of its own. @throws Error with every violation that there should not be, and when a mutilated run finds none. */
export async function proof(size: Size, tell: (text: string) => void): Promise<readonly string[]> {
  const waiting = [...partsOf(size)];
  const found = new Map<string, Part>();
  const worker = async (): Promise<void> => {
    for (let part = waiting.shift(); part !== undefined; part = waiting.shift()) {
      found.set(part, await inProcess(part));
      tell(`${part}: ${found.get(part)?.executions} executions`);
    }
  };
  await Promise.all([worker(), worker()]);
  const whole = [...found].filter(([name]) => !name.startsWith('without'));
  const violations = whole.flatMap(([name, part]) => part.violations.map((violation) => `${name}: ${violation.text} by ${JSON.stringify(violation.schedule)}`));
  if (violations.length > 0) throw new Error(`${violations.length} violations: ${violations.slice(0, 5).join('; ')}`);
  const sum = (what: (part: Part) => number): number => whole.reduce((total, [, part]) => total + what(part), 0);
  const lines = [`${sum((part) => part.states)} states, ${sum((part) => part.executions)} executions, violations 0`];
  for (const [name, part] of found) {
    if (!name.startsWith('without')) continue;
    const [first] = part.violations;
    if (!first) throw new Error(`${name} the simulation finds nothing: it cannot see what it is for`);
    lines.push(`${name}: ${first.text.split(':')[0]} after ${part.executions} executions (${first.schedule.map(({ at, what }) => `${what} at ${at}`).join(', ')})`);
  }
  return lines;
}

function inProcess(part: string): Promise<Part> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(new URL('./main.ts', import.meta.url)), ['--part', part]);
    child.once('message', (message) => resolve(message as Part));
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${part} ended with ${code}`)));
  });
}
