import { identify } from './identity.js';
import { status } from './status.js';
import type { StatusResult, WatchOptions, Workspace } from './types.js';

/** The environment's status again and again, until the signal. A host that does not answer is an answer too. */
export async function* watchStatus(ws: Workspace, options: WatchOptions): AsyncIterable<StatusResult> {
  // What is wrong with the files is told once, at the beginning.
  const { environment } = await identify(ws);
  const stopped = new Promise<undefined>((resolve) => ws.signal.addEventListener('abort', () => resolve(undefined), { once: true }));
  while (!ws.signal.aborted) {
    const looking = status({ ...ws, environment });
    // A look that is cut off by the signal may fail: nobody waits for it.
    looking.catch(() => undefined);
    const seen = await Promise.race([looking, stopped]);
    if (seen === undefined) return;
    yield seen;
    await ws.clock.sleep(options.intervalMs, ws.signal).catch(() => undefined);
  }
}
