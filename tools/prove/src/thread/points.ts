import type { Point } from '../point.js';
import { brokenConfigs } from './broken-configs.js';
import { freshClone } from './fresh-clone.js';
import { initUnprepared } from './init-unprepared.js';
import { killedAndResumed } from './killed-and-resumed.js';
import { oneOfFive } from './one-of-five.js';
import { planBytes } from './plan-bytes.js';
import { table } from './table.js';

/** What the issue "The thread" must show. */
export const threadPoints: readonly Point[] = [...brokenConfigs, ...initUnprepared, ...planBytes, ...oneOfFive, ...killedAndResumed, ...table, ...freshClone];
