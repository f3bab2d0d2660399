import type { Point } from '../point.js';
import { faults } from './faults.js';
import { people } from './people.js';

/** What the issue "The thread on bad days" must show; each subject brings its points in a file of its own beside this one. */
export const baddayPoints: readonly Point[] = [...faults, ...people];
