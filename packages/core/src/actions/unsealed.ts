import { writeCache } from './cache.js';
import { closeRelease, type Failure } from './close.js';
import type { Operation } from './open-operation.js';
import { progress, skipOpenPhases, tellEnd } from './operation.js';
import type { ReleaseRecord } from '../protocol/types.js';

/** Ends an operation that was never sealed, and so has changed nothing of the application: abort is decided, and its record says why. */
export async function closeUnsealed(operation: Operation, failure: Failure): Promise<ReleaseRecord> {
  const { host, session, open, ws, record } = operation;
  await host.store.decide(session, open.operation, 'abort');
  await skipOpenPhases(operation);
  const release = await closeRelease(operation, undefined, 'failed', await progress(operation), failure);
  await writeCache(ws, host, record.environment);
  tellEnd(operation, 'failed');
  return release;
}
