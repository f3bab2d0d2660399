import type { Point } from '../point.js';
import { oneOffTasks } from './day-two/one-offs.js';
import { pruneKilled } from './day-two/prune.js';
import { scaleKilled } from './day-two/scale-killed.js';
import { scaleUnderLoad } from './day-two/scale.js';
import { watched } from './day-two/watch.js';

/** Every day after the first, on one host. */
export const dayTwo: readonly Point[] = [oneOffTasks, ...scaleUnderLoad, scaleKilled, pruneKilled, watched];
