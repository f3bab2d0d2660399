import { systemClock } from '@stagecraft/core/host';
import type { World } from './base/world.js';

/** The world as this process has it. */
export function processWorld(): World {
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: process.cwd(),
    clock: systemClock,
    signals: process,
    actions: () => import('./base/load-actions.js').then(({ actions }) => actions),
    exitCode: 0,
    leave: (code) => process.exit(code),
  };
}
