import type { Stage } from '../../stage.js';
import { must } from '../../point.js';
import type { HostsScene } from '../scene.js';
import { begin } from '../story.js';
import { releasesOf, wordOf } from './oracle.js';

/** A command that is disturbed, and what brings it to its end. */
export interface Course {
  readonly name: string;
  /** What goes before. @returns the words that may be said in the end: of a completed and of a returned release; and the command. */
  prepare(stage: Stage, scene: HostsScene, next: string, serving: string): Promise<{ readonly completed: string; readonly returned: string; readonly args: readonly string[] }>;
  readonly again: readonly string[];
  /** Steps on the struck host, `lock`, `decision` and `finalize`. */
  readonly moments: readonly string[];
  /** Steps that are left on the first host only, which goes alone, or on the others only. */
  readonly left?: { readonly first?: readonly string[]; readonly others?: readonly string[] };
}

const forward = ['open', 'start', 'gate', 'admit', 'retire', 'stop', 'decision', 'finalize'];
const again = ['deploy', '--resume', '--yes'];

export const courses: readonly Course[] = [
  {
    name: 'deploy',
    moments: forward,
    again,
    async prepare(_stage, scene, next, serving) {
      await scene.says(next);
      return { completed: next, returned: serving, args: ['deploy', '--yes'] };
    },
  },
  {
    name: 'rollback',
    moments: forward,
    again,
    async prepare(_stage, scene, _next, serving) {
      const completed = (await releasesOf(scene)).filter(({ outcome }) => outcome === 'completed');
      for (const { id } of completed) {
        const word = await wordOf(scene, id);
        if (word !== '' && word !== serving) return { completed: word, returned: serving, args: ['rollback', '--to-release', id, '--yes'] };
      }
      throw new Error('there is no release to roll back to');
    },
  },
  { name: 'resume', moments: ['gate', 'admit', 'retire', 'stop', 'decision', 'finalize'], left: { others: ['gate', 'admit', 'retire', 'stop'] }, again, prepare: killed(['deploy', '--resume', '--yes']) },
  { name: 'abort', moments: ['decision', 'start', 'admit', 'retire', 'stop'], left: { first: ['admit', 'retire', 'stop'] }, again: ['deploy', '--abort', '--yes'], prepare: killed(['deploy', '--abort', '--yes']) },
];

/** A deploy whose operator died before the decision. */
function killed(args: readonly string[]): Course['prepare'] {
  return async (stage, scene, next, serving) => {
    await scene.says(next);
    const running = begin(stage, scene, ['deploy', '--yes', '--json-events']);
    const last = scene.hosts.at(-1);
    must(last, 'three hosts');
    await running.seen(new RegExp(`"id":"${last.address}/web/gate"[^\\n]*"status":"running"`));
    running.kill();
    await running.ended;
    return { completed: next, returned: serving, args };
  };
}
