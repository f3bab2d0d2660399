import type { Point } from '../point.js';
import { clock } from './people/clock.js';
import { eightOperators } from './people/operators.js';
import { folders } from './people/folders.js';
import { editedHistory } from './people/history.js';
import { signals } from './people/signals.js';
import { takeover } from './people/takeover.js';

/** What people do to a deploy, their own and each other's. */
export const people: readonly Point[] = [eightOperators, ...takeover, ...signals, editedHistory, folders, clock];
