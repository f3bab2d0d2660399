import type { Part } from './part.js';
import { changed } from './parts/changed.js';
import { history } from './parts/history.js';
import { hosts } from './parts/hosts.js';
import { planning } from './parts/planning.js';
import { rollouts } from './parts/rollouts.js';
import { startUp } from './parts/start-up.js';
import { unchanged } from './parts/unchanged.js';

/** In the order in which they are measured. */
export const parts: readonly Part[] = [startUp, planning, history, unchanged, changed, rollouts, hosts];
