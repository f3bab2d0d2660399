import { fail, isStagecraftError } from '../errors/index.js';
import { holdsOpen } from '../io/catalogue/phases.js';
import { sessionId } from '../protocol/ids.js';
import type { WaitOptions } from '../protocol/lock.js';
import type { Away, OpenHost } from './host.js';
import type { Workspace } from './types.js';
import { ownerOf } from './world.js';

/** Is told of a host that cannot be used now. Without it such a host fails the whole. */
export type Lost = (host: Away) => void;

/**
 * Prepares hosts and puts them in the order in which everybody locks them: by identity.
 * @throws StagecraftError `user` when two names mean one machine.
 */
export async function inLockOrder(hosts: readonly OpenHost[], lost?: Lost): Promise<readonly OpenHost[]> {
  const prepared = await Promise.all(
    hosts.map(async (host) => {
      try {
        return [{ host, identity: (await host.store.prepare()).identity }];
      } catch (error) {
        if (!lost || !isExternal(error)) throw error;
        lost({ name: host.name, error });
        return [];
      }
    }),
  );
  const known = prepared.flat();
  known.sort((a, b) => (a.identity < b.identity ? -1 : 1));
  known.forEach(({ host, identity }, place) => {
    const before = known[place - 1];
    if (before?.identity === identity) throw fail({ code: 'SC5007', kind: 'user', message: `${[before.host.name, host.name].sort().join(' and ')} are the same machine: both have the identity ${identity}.`, next: ['Take one of the two out of `hosts`.'] });
  });
  return known.map(({ host }) => host);
}

/**
 * Takes the locks of all hosts under one session, one after the other; when one cannot be had, those before it are given back.
 * @param hosts in the order in which they are to be locked.
 * @returns the session, and those that hold it.
 * @throws StagecraftError `locked` that says who holds it.
 */
export async function lockHosts(ws: Workspace, hosts: readonly OpenHost[], operation: string, lost?: Lost): Promise<{ readonly session: string; readonly hosts: readonly OpenHost[] }> {
  const owner = await ownerOf(ws);
  const session = sessionId(ws.clock);
  const taken: OpenHost[] = [];
  const giveBack = (those: readonly OpenHost[]): Promise<unknown> => Promise.all(those.map((host) => host.store.release(session).catch(() => undefined)));
  for (const host of hosts) {
    try {
      await host.store.acquire(owner, operation, ws.clock.now(), { ...waiting(ws), session });
      taken.push(host);
    } catch (error) {
      // Where the answer was lost on its way, the lock may be ours.
      if (isExternal(error)) await giveBack([host]);
      if (lost && isExternal(error)) lost({ name: host.name, error });
      else {
        await giveBack(taken);
        throw error;
      }
    }
  }
  return { session, hosts: taken };
}

/** The same, again and again until it succeeds or `waitMs` are over. */
export async function awaitLocks(ws: Workspace, hosts: readonly OpenHost[], operation: string, waitMs: number): Promise<string> {
  const begin = ws.clock.now();
  let told = false;
  for (;;) {
    try {
      return (await lockHosts(ws, hosts, operation)).session;
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

/** Gives the locks back whatever happened; after an interruption only where no step still runs. A lock that another took is not touched. */
export async function holding<T>({ io }: Pick<Workspace, 'io'>, hosts: readonly OpenHost[], session: string, work: () => Promise<T>): Promise<T> {
  let result: T;
  try {
    result = await work();
  } catch (error) {
    await Promise.all(hosts.map((host) => host.store.leave(session).catch(() => undefined)));
    throw error;
  }
  const ended = await Promise.allSettled(hosts.map((host) => host.store.release(session)));
  for (const end of ended) {
    if (end.status === 'fulfilled') continue;
    const error: unknown = end.reason;
    // Closing the operation set the lock free: another may have it already, and a file of it that is left keeps nobody out.
    if (!isStagecraftError(error) || !['locked', 'external'].includes(error.kind)) throw error;
    if (error.kind === 'external') io.event(holdsOpen({ text: `All was done, but the lock could not be given back: ${error.message} Should the next command find it held: stagecraft lock status` }));
  }
  return result;
}

function isExternal(error: unknown): boolean {
  return isStagecraftError(error) && error.kind === 'external';
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
