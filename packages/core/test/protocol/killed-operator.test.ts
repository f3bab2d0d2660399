import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { systemClock } from '../../src/adapters/clock.js';
import { describeOwner } from '../../src/protocol/owner.js';
import { scopeAt, step, storeAt, tempFolder } from './support.js';

const operator = fileURLToPath(new URL('operator.ts', import.meta.url));

describe('CORE_STATE: an operator that is killed while its step runs', () => {
  it('lets the step end; the next one takes over, waits for it, and finds its outcome in the journal', async () => {
    const root = await tempFolder();
    const { folder } = scopeAt(root);
    const child = spawn(process.execPath, ['--import', 'tsx', '--conditions=stagecraft-source', operator, root, 'op-1', `: >${root}/begun; sleep 0.8; result k v; echo done >${root}/effect`], { stdio: ['ignore', 'ignore', 'inherit'] });
    const ended = new Promise((resolve) => child.once('close', resolve));
    await present(join(root, 'begun'));
    child.kill('SIGKILL');
    await ended;

    const store = storeAt(root);
    const here = await describeOwner({}, 'stagecraft deploy --resume');
    expect((await store.readJournal()).map(({ type }) => type)).toEqual(['open', 'intent']);
    // Any other operation is refused; the open one is taken over, as its holder is proved dead.
    await expect(store.acquire(here, 'op-2', Date.now())).rejects.toMatchObject({ code: 'SC3000', kind: 'locked' });
    const { session } = await store.acquire(here, 'op-1', Date.now());
    expect(await readFile(join(root, 'effect'), 'utf8')).toBe('done\n');
    expect((await store.readJournal()).map(({ type }) => type)).toEqual(['open', 'intent', 'outcome', 'take']);
    const before = await readFile(join(root, 'session'), 'utf8');
    expect(await store.attach({ ...step('op-1', ''), session: before })).toMatchObject({ state: 'completed', result: { k: 'v' } });
    expect(await store.decide(session, 'op-1', 'abort')).toBe('abort');
    expect(folder).toContain(root);
  });
});

async function present(path: string): Promise<void> {
  for (let i = 0; i < 1_000; i += 1) {
    if (await readFile(path).then(() => true, () => false)) return;
    await systemClock.sleep(10);
  }
  throw new Error(`${path} did not come`);
}
