import type { Point } from '../point.js';
import { adopt } from './adopt.js';
import { badInput } from './bad-input.js';
import { badReleases } from './bad-releases.js';
import { canaryScan } from './canaries.js';
import { corpus } from './corpus.js';
import { crash } from './crash.js';
import { dayTwo } from './day-two.js';
import { faults } from './faults.js';
import { maintenance } from './maintenance.js';
import { people } from './people.js';
import { proxyUpgrade } from './proxy-upgrade.js';
import { replace } from './replace.js';
import { severalOnOneEngine } from './several.js';
import { simulation } from './simulation.js';

/** What the issue "The thread on bad days" must show; each subject brings its points in a file of its own beside this one. */
export const baddayPoints: readonly Point[] = [
  ...simulation,
  ...crash,
  ...faults,
  ...people,
  ...badReleases,
  ...badInput,
  canaryScan,
  ...maintenance,
  ...replace,
  ...adopt,
  ...dayTwo,
  severalOnOneEngine,
  ...proxyUpgrade,
  ...corpus,
];
