import { writeCache } from './cache.js';
import { closeRelease, type Failure } from './close.js';
import { copyDecision, publish } from './decide.js';
import { without, type Operation } from './open-operation.js';
import { tellEnd } from './operation.js';
import type { ReleaseRecord } from '../protocol/types.js';
import { progress, skipOpenPhases } from './walk-phase.js';

/** Ends an operation that was never sealed, and so has changed nothing of the application: abort is decided, and its record says why. */
export async function closeUnsealed(operation: Operation, failure: Failure): Promise<ReleaseRecord> {
  const { ws, record } = operation;
  await publish(operation, 'abort');
  const reached = without(operation, await copyDecision(operation, 'abort'));
  await skipOpenPhases(reached);
  const release = await closeRelease(reached, undefined, 'failed', await progress(reached), failure);
  await writeCache(ws, reached.hosts, record.environment);
  tellEnd(operation, 'failed');
  return release;
}
