import type { Settings } from '../config/types.js';
import { fail, isStagecraftError } from '../errors/index.js';
import { holdsOpen } from '../io/catalogue/phases.js';
import { operationId, releaseId } from '../protocol/ids.js';
import type { WaitOptions } from '../protocol/lock.js';
import { describeOwner } from '../protocol/owner.js';
import type { OpenRecord } from '../protocol/types.js';
import type { OpenHost } from './host.js';
import type { Workspace } from './types.js';

/** The environment's lock, held. */
export interface Held {
  readonly ws: Workspace;
  readonly host: OpenHost;
  readonly settings: Pick<Settings, 'project' | 'environment'>;
  readonly session: string;
  readonly operation: string;
  readonly release: string;
  readonly begunAt: number;
}

/**
 * Runs `work` under the environment's lock, from before the build to the end.
 * @throws StagecraftError `locked` when another holds it, or an operation is open.
 */
export async function underLock<T>(ws: Workspace, host: OpenHost, settings: Pick<Settings, 'project' | 'environment'>, waitMs: number, work: (held: Held) => Promise<T>): Promise<T> {
  const begunAt = ws.clock.now();
  await host.store.prepare();
  const operation = operationId(ws.clock);
  const session = await acquire(ws, host, operation, waitMs);
  return holding(host, session, async () => {
    const open = await host.store.readOpen();
    if (open) throw unfinished(open, settings.environment);
    // Digests of values are keyed; the key is made with the environment's first operation.
    await host.store.key();
    return work({ ws, host, settings, session, operation, release: releaseId(ws.clock), begunAt });
  });
}

/** Gives the lock back whatever happened; after an interruption only where no step still runs. A lock that another took is not touched. */
export async function holding<T>(host: OpenHost, session: string, work: () => Promise<T>): Promise<T> {
  let result: T;
  try {
    result = await work();
  } catch (error) {
    await host.store.leave(session).catch(() => undefined);
    throw error;
  }
  try {
    await host.store.release(session);
  } catch (error) {
    // Closing the operation set the lock free: another may have it already.
    if (!isStagecraftError(error) || error.kind !== 'locked') throw error;
  }
  return result;
}

async function acquire(ws: Workspace, host: OpenHost, operation: string, waitMs: number): Promise<string> {
  const owner = await describeOwner(ws.processEnv, ws.command);
  const begin = ws.clock.now();
  let told = false;
  for (;;) {
    try {
      return (await host.store.acquire(owner, operation, ws.clock.now(), waiting(ws))).session;
    } catch (error) {
      if (!isStagecraftError(error) || error.kind !== 'locked' || ws.clock.now() - begin >= waitMs) throw error;
      if (!told) ws.io.event(holdsOpen({ text: `${error.message} Waiting up to ${Math.round(waitMs / 1000)} s.` }));
      told = true;
      await ws.clock.sleep(500, ws.signal).catch(() => {
        throw fail({ code: 'SC3212', kind: 'interrupted', message: 'Interrupted while waiting for the lock. Nothing was changed.' });
      });
    }
  }
}

/** How a command waits for a dead holder's step to end. */
export function waiting(ws: Workspace): WaitOptions {
  let told = false;
  return {
    signal: ws.signal,
    waiting() {
      if (!told) ws.io.event(holdsOpen({ text: 'Waiting for the step of an earlier command, which still runs on the host.' }));
      told = true;
    },
  };
}

function unfinished(open: OpenRecord, environment: string): Error {
  return fail({
    code: 'SC5005',
    kind: 'locked',
    message: `A ${open.kind} of ${environment} is open: ${open.release} (version ${open.version}), begun ${open.since} by ${open.by}, on ${open.hosts.join(', ')}.`,
    next: [`stagecraft deploy --resume --env ${environment}`, `stagecraft deploy --abort --env ${environment}`],
  });
}
