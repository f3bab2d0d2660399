import { describe, expect, it } from '@jest/globals';
import { historyOf } from '../../src/protocol/story.js';
import { deployOnce, held, openRecord, releaseRecord } from './support.js';

describe('CLI_HISTORY: the journal as a list of what was done', () => {
  it('tells of operations, take-overs and prunes, newest first, of pruned releases too', async () => {
    const { store, session, operation, owner } = await held();
    await store.release(session);
    const first = await deployOnce(store, owner);
    const second = (await store.acquire(owner, operation, Date.now())).session;
    const open = { ...openRecord(operation), kind: 'scale' as const, scale: { web: 8, api: 2 } };
    await store.open(second, open);
    const taker = await store.takeOver({ expect: second, owner, operation, now: Date.now() });
    await store.waitForStep();
    await store.decide(taker.session, operation, 'commit');
    await store.close(taker.session, releaseRecord(open, 2, { kind: 'scale', operator: 'somebody' }));
    await store.release(taker.session);
    const third = (await store.acquire(owner, 'op-prune', Date.now())).session;
    await store.prune(third, 'op-prune', [first.id]);
    await store.note(third, { type: 'note', operation: 'op-prune', message: 'removed 1 release', result: { prune: '1', by: 'me' } });
    await store.release(third);
    const told = historyOf(await store.readJournal(), await store.history());
    expect(told).toMatchObject([
      { kind: 'prune', by: 'me', outcome: 'completed', text: 'removed 1 release' },
      { kind: 'takeover', operation, text: expect.stringContaining('taken over from') as unknown },
      { kind: 'scale', operation, release: open.release, version: 'v1', by: 'me', outcome: 'completed', text: 'api=2 web=8' },
      { kind: 'deploy', release: first.id, by: 'me', outcome: 'completed', pruned: true },
    ]);
  });

  it('an operation that is open says so', async () => {
    const { store, session, operation } = await held();
    await store.open(session, openRecord(operation));
    expect(historyOf(await store.readJournal(), [])).toMatchObject([{ kind: 'deploy', outcome: 'open', version: 'v1' }]);
  });
});
