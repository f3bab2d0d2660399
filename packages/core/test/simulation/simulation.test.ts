import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { explore, wander } from './explore.js';
import type { Mutilation } from './host/host.js';
import { mutilated } from './parts.js';
import { scenarios } from './scenarios.js';
import { seeds } from './seeds.js';
import type { Setup } from './setup.js';
import { Simulation } from './simulation.js';

/** One place in so many is looked at, others with each seed; the proof looks at all. `STAGECRAFT_TEST_EVERY=1` does here as well. */
const every = Number(process.env['STAGECRAFT_TEST_EVERY'] ?? 60);

describe('CORE_STATE_CONSISTENCY: the simulation of two operators', () => {
  let all: readonly Setup[];
  let two: readonly Setup[];

  beforeAll(async () => {
    all = await scenarios();
    two = await scenarios(['h1', 'h2']);
  }, 60_000);

  it('comes to the same end whenever it is run with the same schedule', async () => {
    const [setup] = all;
    if (!setup) throw new Error('there is no scenario');
    const deviations = [{ at: 90, what: 'switch B' }];
    const run = (): Promise<unknown> => new Simulation(setup, deviations, { place: () => true }).run();
    expect(await run()).toEqual(await run());
  }, 60_000);

  it('finds no violation with one crash, freeze, cut, Ctrl-C, kill, change of turns or power cut that loses what was not synced', async () => {
    const offset = jest.getSeed() >>> 0;
    for (const setup of every === 1 ? all : [0, 2, 4].map((step) => all[(offset + step) % all.length] ?? all[0])) {
      if (!setup) throw new Error('there is no scenario');
      const found = await explore(setup, { deviations: 1, every, offset: offset % every });
      expect(found.violations).toEqual([]);
      expect(found.executions).toBeGreaterThan(5);
    }
  }, 240_000);

  it('finds none on two hosts', async () => {
    const offset = jest.getSeed() >>> 0;
    const setup = two[offset % two.length];
    if (!setup) throw new Error('there is no scenario');
    const found = await explore(setup, { deviations: 1, every: every * 3, offset: offset % (every * 3) });
    expect(found.violations).toEqual([]);
    expect(found.executions).toBeGreaterThan(5);
  }, 240_000);

  it('finds none with several, by seed', async () => {
    for (const [index, setup] of all.entries()) {
      const found = await wander(setup, seeds[(index + (jest.getSeed() >>> 0)) % seeds.length] ?? 1, 4);
      expect(found).toEqual({ ...found, violations: [] });
    }
  }, 120_000);

  it.each<[Mutilation, string]>([
    ['flock', 'two mutators'],
    ['session', 'two mutators'],
    ['decision', 'no end'],
    ['sync', 'not settled'],
  ])('finds what is wrong without the %s', async (mutilation, kind) => {
    const found = await explore({ ...mutilated(mutilation, all), mutilated: mutilation }, { deviations: 1, first: true, every: 3 });
    expect(found.violations.map((violation) => violation.kind)).toContain(kind);
  }, 240_000);
});
