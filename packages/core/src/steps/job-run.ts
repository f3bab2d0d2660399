import { fail } from '../errors/index.js';
import type { Action } from '../plan/types.js';
import { ownContainers } from './containers-of.js';
import { createScript, discardScript } from './create.js';
import { lastLines } from './gate.js';
import type { StepKind } from './types.js';

type Job = Extract<Action, { kind: 'job.run' }>;

/** Runs the job's container to its end; exit 0 is success. A job that still runs is waited for, never started twice. */
export const jobRun: StepKind<Job> = {
  lasting: true,
  async done(action, world) {
    const [own] = await ownContainers(world, action.service);
    return own?.status === 'exited' && own.exitCode === 0 && own.startedAt !== undefined;
  },
  script: (action, world) =>
    [
      createScript(world, action.service, 1),
      `state=$(docker inspect -f '{{.State.Status}} {{.State.ExitCode}}' $ids)`,
      `case "$state" in 'exited 0'|running*) ;; *) docker start $ids >/dev/null;; esac`,
      `code=$(timeout -k 10 ${Math.ceil(action.timeoutMs / 1000)} docker wait $ids)`,
      'result exit "$code"',
      // Its log is asked for from the engine and shown masked: what it says does not belong into a file of ours.
      '[ "$code" -eq 0 ] || exit 71',
    ].join('\n'),
  timeoutMs: (action) => action.timeoutMs + 150_000,
  async settle(action, world) {
    const [own] = await ownContainers(world, action.service);
    if (own?.status === 'exited' && own.exitCode === 0) return;
    throw fail({
      code: 'SC3403',
      kind: 'external',
      message: `The job ${action.service} on ${world.host} ${own?.status === 'exited' ? `exited with ${own.exitCode}` : `is ${own?.status ?? 'not there'}`}.`,
      next: ['Mend what it needs and run: stagecraft deploy'],
      tail: own ? await lastLines(world, own.id) : [],
    });
  },
  undo: {
    done: async (action, world) => (await ownContainers(world, action.service)).length === 0,
    script: (action, world) => discardScript(world, action.service, 10_000),
  },
};
