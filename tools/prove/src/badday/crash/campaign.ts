import { must, type Point, type Size } from '../../point.js';
import { seedOf } from '../../seed.js';
import type { Stage } from '../../stage.js';
import type { Arena, Chosen, Instant } from './arena.js';
import { crashed, undisturbed, type Came, type Course } from './chain.js';
import { aborting, deploying, rollingBack } from './courses.js';
import { lightLoad, type Watched } from './light-load.js';
import { chainsOf, chance, shuffled } from './sample.js';
import { servingArena } from './serving.js';

/** One kind of disturbance, over deploy, rollback and abort; resume is what takes each of them up. */
export interface Campaign {
  readonly name: string;
  readonly title: string;
  /** The points of a course, by the instants of its undisturbed run. */
  points(instants: readonly Instant[]): readonly Chosen[];
  /** One in so many points of a rollback is met, whose steps are a deploy's. */
  readonly ofRollback: number;
  /** How many points one operation meets, one after the other, in each size. */
  readonly together: Readonly<Record<Size, number>>;
  /** What the smaller size may take, beside what it takes to prepare. */
  readonly ciSeconds: number;
  /** Fewer points prove nothing. */
  readonly least: Readonly<Record<Size, number>>;
}

export function campaignPoint(campaign: Campaign): Point {
  return {
    title: campaign.title,
    async prove(stage, size) {
      const seed = await seedOf(stage);
      try {
        return `seed ${seed}; ${await carriedOut(campaign, stage, size, seed)}`;
      } catch (error) {
        throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
      }
    },
  };
}

async function carriedOut(campaign: Campaign, stage: Stage, size: Size, seed: number): Promise<string> {
  const random = chance(seed);
  const arena = await servingArena(stage, `${campaign.name}${seed}`, random() < 0.5 ? 'haproxy' : 'traefik');
  const load = await lightLoad(arena);
  try {
    const begun = Date.now();
    const rows: string[] = [];
    let [points, runs] = [0, 0];
    const violations: string[] = [];
    for (const course of [deploying, rollingBack(), aborting]) {
      const until = size === 'full' ? Infinity : begun + (campaign.ciSeconds * 1000 * (rows.length + 1)) / 3;
      const came = await disturbed({ campaign, arena, load, course, size, random, until, enough: Math.ceil(campaign.least[size] / 3) });
      points += came.points.length;
      runs += came.runs;
      violations.push(...came.violations);
      rows.push(`${course.name} ${came.points.length} of ${came.all}${came.passed > 0 ? `, ${came.passed} passed by` : ''}`);
    }
    const served = await load.stop();
    must(violations.length === 0, `${rows.join('; ')}: ${violations.length} violations: ${violations.join('\n')}`);
    must(points >= campaign.least[size], `only ${points} points came`);
    return `${rows.join('; ')}: ${points} points, ${runs} runs, violations 0; ${served.sent} requests, ${served.lost} lost`;
  } finally {
    await load.stop();
  }
}

interface Disturbed {
  readonly campaign: Campaign;
  readonly arena: Arena;
  readonly load: Watched;
  readonly course: Course;
  readonly size: Size;
  readonly random: () => number;
  /** When no other operation is begun, if enough points have come. */
  readonly until: number;
  /** What is enough. A draw may be passed by, so time alone does not say. */
  readonly enough: number;
}

async function disturbed({ campaign, arena, load, course, size, random, until, enough }: Disturbed): Promise<Came & { readonly all: number; readonly violations: readonly string[] }> {
  const wanted = await undisturbed(arena, course);
  const every = course.name === 'rollback' ? campaign.ofRollback : 1;
  const all = campaign.points(wanted.instants).filter((_, index) => index % every === 0);
  const points: Chosen[] = [];
  const violations: string[] = [];
  let [passed, runs] = [0, 0];
  for (const chain of shuffled(chainsOf(all, campaign.together[size]), random)) {
    if (points.length >= enough && Date.now() > until) break;
    try {
      const came = await crashed(arena, course, wanted, chain);
      await load.expectNoLoss(chain.map(({ key, how }) => `${how} at ${key}`).join(', then '));
      points.push(...came.points);
      passed += came.passed;
      runs += came.runs;
    } catch (error) {
      if (size === 'ci') throw error;
      console.log(`        violation: ${(error as Error).message}`);
      violations.push((error as Error).message);
      await madeSound(arena);
    }
    if (size === 'full') console.log(`        ${campaign.name}, ${course.name}: ${points.length} of ${all.length} points, ${passed} passed by, ${runs} runs, violations ${violations.length}`);
  }
  return { points, passed, runs, all: all.length, violations };
}

/** After a violation the next operation finds a project that serves, with nothing open. */
async function madeSound(arena: Arena): Promise<void> {
  for (const args of [['deploy', '--resume', '--yes'], ['deploy', '--abort', '--yes']]) await arena.run(args);
  await arena.change();
  const ran = await arena.run(['deploy', '--yes']);
  must(ran.exitCode === 0, `after a violation no deploy succeeds: ${ran.all}`);
}
