import { must } from '../../point.js';
import type { Arena } from './arena.js';
import type { Course } from './chain.js';
import { releasesOf } from './state.js';

const once = { web: 1, worker: 1, job: 1, store: 0 };

/** Where a deploy has done everything but the decision: the way back from there is the longest. */
export const undecided = { key: 'decide|sh', nth: 1, how: 'tree' } as const;

/** A deploy of another greeting. */
export const deploying: Course = {
  name: 'deploy',
  prepare: (arena) => arena.change(),
  first: () => ['deploy', '--yes'],
  again: [['deploy', '--resume', '--yes']],
  outcome: 'completed',
  ends: [0],
  creates: once,
};

/** A rollback to the release before. */
export function rollingBack(): Course {
  let target = '';
  return {
    name: 'rollback',
    async prepare(arena) {
      const served = await servedBy(arena);
      target = served[1]?.id ?? '';
      must(target !== '', 'there is no release to roll back to');
      return served[1]?.greeting ?? '';
    },
    first: () => ['rollback', '--to-release', target, '--yes'],
    again: [['deploy', '--resume', '--yes']],
    outcome: 'completed',
    ends: [0],
    creates: { ...once, job: 0 },
  };
}

/** The way back of a deploy that was killed before its decision; taken up by --abort and by --resume. */
export const aborting: Course = {
  name: 'abort',
  async prepare(arena) {
    const [serving] = await servedBy(arena);
    await arena.change();
    const ran = await arena.faulty(['deploy', '--yes'], undecided);
    must(ran.met && ran.exitCode === 137, `the deploy before the abort: exit code ${ran.exitCode}: ${ran.all}`);
    return serving?.greeting ?? '';
  },
  first: () => ['deploy', '--abort', '--yes'],
  again: [['deploy', '--abort', '--yes'], ['deploy', '--resume', '--yes']],
  outcome: 'returned',
  // `--resume` of an aborted deploy says by its exit code that the release is not the one that was asked for.
  ends: [0, 4],
  creates: once,
};

/** Releases that completed, newest first, each with what the application says by it. */
async function servedBy(arena: Arena): Promise<readonly { readonly id: string; readonly greeting: string }[]> {
  const completed = (await releasesOf(arena)).filter(({ outcome }) => outcome === 'completed');
  return Promise.all(completed.slice(0, 2).map(async ({ id }) => ({ id, greeting: await arena.greetingOf(id) })));
}
