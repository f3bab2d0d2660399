import { describe, expect, it } from '@jest/globals';
import { systemClock } from '../../src/adapters/clock.js';
import { operationId } from '../../src/protocol/ids.js';
import { deployOnce, held, openRecord, releaseRecord, storeAt } from './support.js';

const yearsBack = { ...systemClock, now: () => systemClock.now() - 3 * 365 * 86_400_000 };

describe('CORE_STATE_CONSISTENCY: a clock that was set back', () => {
  it('does not put releases in another order: serial numbers do', async () => {
    const { root, store, session, owner } = await held();
    await store.release(session);
    const before = await deployOnce(store, owner, { version: 'before' });
    const past = storeAt(root, { clock: yearsBack });
    const operation = operationId(yearsBack);
    const { session: own } = await past.acquire(owner, operation, yearsBack.now());
    const open = { ...openRecord(operation), since: new Date(yearsBack.now()).toISOString() };
    await past.open(own, open);
    await past.decide(own, operation, 'commit');
    await past.close(own, releaseRecord(open, await past.nextSerial(), { version: 'set back' }));
    await past.release(own);
    expect((await store.history()).map(({ version, serial }) => `${version} ${serial}`)).toEqual(['set back 2', `before ${before.serial}`]);
    expect((await store.serving())?.version).toBe('set back');
  });

  it('does not make a lock old, or free: one from the future is held', async () => {
    const { root, owner } = await held();
    const past = storeAt(root, { clock: yearsBack });
    await expect(past.acquire(owner, operationId(yearsBack), yearsBack.now())).rejects.toMatchObject({ code: 'SC3000', kind: 'locked', message: expect.stringContaining('age unknown') });
  });
});
