import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../../packages/core/src/adapters/clock.js';
import { hostFiles } from '../../../packages/core/src/adapters/host-files.js';
import { localShell } from '../../../packages/core/src/adapters/shell.js';
import { scopeOf } from '../../../packages/core/src/hosts/scope-of.js';
import { createStore, type EnvironmentStore } from '../../../packages/core/src/protocol/store.js';
import { writePast } from '../src/past.js';

let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'stagecraft-past-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

function storeOf(environment: string): EnvironmentStore {
  const shell = localShell({ env: process.env });
  return createStore({ shell, clock: systemClock, files: hostFiles(shell), scope: scopeOf({ root, defaultRoot: '/nowhere', project: 'shop', environment, composeProject: `shop-${environment}` }) });
}

describe('CORE_STATE: a history that was made for measuring', () => {
  it('is one that the store reads and verifies', async () => {
    writePast(root, 'shop', 'prod', 30, 2);
    const store = storeOf('prod');
    const history = await store.history();
    expect(history.map((release) => release.serial)).toEqual(Array.from({ length: 30 }, (_, index) => 30 - index));
    expect(await store.readJournal()).toHaveLength(30 * 9);
    expect(await store.nextSerial()).toBe(31);
  });

  it('is read whole where it is longer than what is kept of most outputs', async () => {
    writePast(root, 'shop', 'long', 8_000, 0);
    expect(await storeOf('long').history()).toHaveLength(8_000);
  }, 60_000);
});
