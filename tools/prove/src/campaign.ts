import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { acquireEngine } from '@stagecraft-tools/engine';
import { campaign, summaryOf } from './hosts/campaign/run.js';
import { stage } from './stage.js';

const usage = 'usage: pnpm campaign [--seed NUMBER] [--minutes NUMBER] [--quick] [--only PATTERN of "FAULT at MOMENT of COMMAND, host N"]';

/** The campaign of faults by hand: cells in the order of the seed, until the time is over. */
const { values } = parseArgs({ options: { seed: { type: 'string' }, minutes: { type: 'string' }, quick: { type: 'boolean' }, only: { type: 'string' }, help: { type: 'boolean' } } });
const [seed, minutes] = [Number(values.seed ?? Math.floor(Math.random() * 1_000_000)), Number(values.minutes ?? 60)];
if (values.help || !Number.isInteger(seed) || !(minutes > 0)) {
  console.error(usage);
  process.exit(values.help ? 0 : 2);
}
const got = await acquireEngine({ why: 'campaign', tell: (line) => console.error(`engine: ${line}`) });
if (!('engine' in got)) {
  console.error(got.reason);
  process.exit(1);
}
const folder = await mkdtemp(join(tmpdir(), 'stagecraft-campaign-'));
try {
  console.log(`seed ${seed}, for ${minutes} minutes`);
  const size = { seed, ms: minutes * 60_000, quick: values.quick ?? false, only: new RegExp(values.only ?? '') };
  const result = await campaign(stage(folder, got.engine), size, (line) => console.log(line));
  console.log(summaryOf(result, size));
  process.exitCode = result.violations.length === 0 ? 0 : 1;
} finally {
  await rm(folder, { recursive: true, force: true });
  await got.engine.release();
}
