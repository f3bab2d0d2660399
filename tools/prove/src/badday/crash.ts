import type { Point } from '../point.js';
import { campaignPoint } from './crash/campaign.js';
import { crashesAt, failuresAt, worthwhile } from './crash/sample.js';

export const crash: readonly Point[] = [
  campaignPoint({
    name: 'crash',
    title: 'crash: SIGKILL at every write and between intent, effect and outcome, in deploy, rollback, resume and abort',
    points: (instants) => crashesAt(worthwhile(instants)),
    ofRollback: 3,
    together: { ci: 5, full: 12 },
    ciSeconds: 40,
    least: { ci: 8, full: 150 },
  }),
  campaignPoint({
    name: 'calls',
    title: 'failing system calls: ENOSPC, EIO, EMFILE and EACCES on write, fsync, rename, link, unlink and open, in operator and step scripts',
    points: failuresAt,
    ofRollback: 3,
    together: { ci: 3, full: 8 },
    ciSeconds: 30,
    least: { ci: 6, full: 150 },
  }),
];
