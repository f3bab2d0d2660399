import { draft } from '../../../../packages/core/src/plan/draft.js';
import { median, rounded, timed } from '../measure.js';
import { ofServices } from '../models.js';
import type { Part } from '../part.js';
import { shownMs, type Row } from '../row.js';

const sizes = [100, 200, 500, 1000];

/** The planner alone, on generated models: a first deploy of everything, and an update that changes every service. */
export const planning: Part = {
  name: 'planning',
  async measure({ quick }) {
    const rows: Row[] = [];
    for (const [what, update] of [['a first deploy', false], ['an update of all', true]] as const) {
      const inputs = new Map(sizes.map((count) => [count, ofServices(count, update)]));
      const samples = new Map(sizes.map((count) => [count, [] as number[]]));
      // The first rounds let the compiler see every size.
      for (let round = -2; round < (quick ? 7 : 15); round += 1) {
        for (const [count, input] of inputs) {
          const ms = await timed(() => draft(input));
          if (round >= 0) samples.get(count)?.push(ms);
        }
      }
      const of = (count: number): number => median(samples.get(count) ?? []);
      // A service of a thousand may cost at most half as much again as one of a hundred.
      const [least, most] = [of(100), of(1000)];
      const figures = { ms: Object.fromEntries([...samples].map(([count, list]) => [count, rounded(list)])) };
      rows.push(
        { part: 'planning', what: `1,000 services, ${what}`, baseline: '', ours: shownMs(most), aim: 'under 1 s', met: most < 1000, figures },
        { part: 'planning', what: 'growth of it', baseline: `100 services: ${shownMs(least)}`, ours: `200: ${shownMs(of(200))}, 500: ${shownMs(of(500))}`, ratio: most / least, aim: 'linear: 10x, at most 15x', met: most / least <= 15, figures: {} },
      );
    }
    return rows;
  },
};
