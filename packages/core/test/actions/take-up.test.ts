import { describe, expect, it } from '@jest/globals';
import type { Identity, OpenHost } from '../../src/actions/host.js';
import type { Operation } from '../../src/actions/open-operation.js';
import { takeUp } from '../../src/actions/take-up.js';
import type { Workspace } from '../../src/actions/types.js';
import { systemClock } from '../../src/adapters/clock.js';
import type { OpenRecord } from '../../src/protocol/types.js';
import { held, openRecord } from '../protocol/support.js';

describe('CLI_DEPLOY: an operation that is taken up', () => {
  it('whose record a crash came before has what it was opened with', async () => {
    const { store, session, operation } = await held({ holderIsDead: () => Promise.resolve(true) });
    const open: OpenRecord = { ...openRecord(operation), kind: 'rollback', commit: 'abc1234', prior: 'rel-9', target: 'rel-1' };
    await store.open(session, open);
    const ws = { processEnv: {}, command: 'stagecraft deploy --resume', clock: systemClock, signal: new AbortController().signal, io: { event: () => undefined } } as unknown as Workspace;
    const host = { name: 'local', store } as unknown as OpenHost;
    const identity = { project: 'shop', environment: 'prod', hosts: [] } as unknown as Identity;
    const taken = await takeUp<Operation>(ws, identity, { hosts: [host], away: [] }, (found) => Promise.resolve(found));
    expect(taken.open).toEqual(open);
    expect(taken.record).toMatchObject({ id: open.release, serial: 1, kind: 'rollback', outcome: 'open', version: open.version, commit: 'abc1234', target: 'rel-1', previousId: 'rel-9' });
  });
});
