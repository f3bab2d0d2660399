import { seedOf } from '../../seed.js';
import { must, type Point } from '../../point.js';
import { campaign, summaryOf } from './run.js';

/** A few cells for CI, and in full all that half a day allows. By itself it is `pnpm campaign`. */
export const campaignPoint: Point = {
  title: 'a campaign of faults over three hosts: at moments of deploy, rollback, resume and abort; nothing lost, one history, one release',
  async prove(stage, size) {
    const seed = await seedOf(stage);
    const of = { seed, ms: size === 'full' ? 12 * 3_600_000 : 60_000, quick: size === 'ci', only: /./ };
    const result = await campaign(stage, of, (line) => console.log(line));
    must(result.violations.length === 0, `${summaryOf(result, of)}\n${result.violations.join('\n')}`);
    return summaryOf(result, of);
  },
};
