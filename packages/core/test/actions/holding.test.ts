import { describe, expect, it } from '@jest/globals';
import type { OpenHost } from '../../src/actions/host.js';
import { holding } from '../../src/actions/lock-hosts.js';
import { fail } from '../../src/errors/index.js';
import type { Io } from '../../src/io/io.js';
import { dead, held, openRecord, releaseRecord, step } from '../protocol/support.js';

const silent: Io = { event: () => undefined, ask: () => Promise.reject(new Error('nothing is asked')) };

describe('CLI_DEPLOY: a command that holds the lock', () => {
  it('succeeds, though another has the lock since its operation was closed', async () => {
    const { store, session, operation, owner } = await held();
    const result = await holding({ io: silent }, [{ store } as unknown as OpenHost], session, async () => {
      const open = openRecord(operation);
      await store.open(session, open);
      await store.decide(session, operation, 'commit');
      await store.close(session, releaseRecord(open, 1));
      await store.acquire(owner, 'op-of-another', Date.now());
      return 'done';
    });
    expect(result).toBe('done');
    expect((await store.readLock())?.operation).toBe('op-of-another');
  });

  it('gives the lock back when a step of an earlier command kept it waiting', async () => {
    const { store, session } = await held();
    const busy = fail({ code: 'SC3005', kind: 'locked', message: 'a step runs' });
    await expect(holding({ io: silent }, [{ store } as unknown as OpenHost], session, () => Promise.reject(busy))).rejects.toBe(busy);
    expect(await store.readLock()).toBeUndefined();
  });

  it('that is interrupted while it waits for the step of a dead one leaves the lock to be taken', async () => {
    const { store, session, operation, owner } = await held({ holderIsDead: () => Promise.resolve(true) });
    await store.open(session, openRecord(operation));
    const running = store.run(session, step(operation, 'sleep 4'));
    while (!(await store.stepRunning())) await new Promise((resolve) => setTimeout(resolve, 10));
    const stop = new AbortController();
    await expect(store.acquire(dead(owner), operation, Date.now(), { signal: stop.signal, waiting: () => stop.abort() })).rejects.toMatchObject({ kind: 'interrupted' });
    expect(await store.readLock()).toMatchObject({ operation, left: true });
    await running;
  });
});
