import type { Acquired, Tell } from './engine.js';
import { findEngine } from './found.js';
import { ownEngine } from './own/own.js';

/** The engine of this machine, else one of our own. Release it when done; the reason tells both refusals. */
export async function acquireEngine(options: { why: string; tell?: Tell }): Promise<Acquired> {
  const found = await findEngine();
  if ('engine' in found) return found;
  const own = await ownEngine(options);
  return 'engine' in own ? own : { reason: `${found.reason}; none of our own: ${own.reason}` };
}
