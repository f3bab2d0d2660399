import type { Message } from '../message.js';
import * as cli from './cli.js';
import * as phases from './phases.js';
import * as plan from './plan.js';
import * as protocol from './protocol.js';
import * as routes from './routes.js';

/** Every event that core and the command line tell, sorted by code. Each part declares its own in a file beside this one. */
export const catalogue: readonly Message<never>[] = [cli, phases, plan, protocol, routes]
  .flatMap((part): unknown[] => Object.values(part))
  .filter((entry): entry is Message<never> => typeof entry === 'function' && 'payload' in entry)
  .sort((a, b) => (a.code < b.code ? -1 : 1));

export * from './cli.js';
export * from './phases.js';
export { hostAway } from './protocol.js';
