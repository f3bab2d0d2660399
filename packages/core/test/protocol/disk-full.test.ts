import { spawnSync } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../src/adapters/clock.js';
import { createFiles } from '../../src/adapters/files.js';
import { operationId } from '../../src/protocol/ids.js';
import { describeOwner } from '../../src/protocol/owner.js';
import { openRecord, releaseRecord, scopeAt, step, storeAt, tempFolder } from './support.js';

/** A file system of its own, so small that it can be filled: needs the right to mount. */
const root = join(tmpdir(), `sc-full-${process.pid}`);
const mounted = spawnSync('sh', ['-c', `mkdir -p ${root} && mount -t tmpfs -o size=512k,mode=700 stagecraft-test ${root}`]).status === 0;
const full = mounted ? describe : describe.skip;

afterAll(() => {
  spawnSync('sh', ['-c', `umount ${root} 2>/dev/null; rmdir ${root} 2>/dev/null`]);
});

full(`CORE_STATE_CONSISTENCY: a full disk${mounted ? '' : ' (skipped: a tmpfs cannot be mounted here, it needs root)'}`, () => {
  const fill = (): void => { spawnSync('sh', ['-c', `cat /dev/zero >${root}/filler 2>/dev/null`]); };
  const free = (): void => { spawnSync('rm', ['-f', join(root, 'filler')]); };
  const { folder } = scopeAt(root);
  const store = storeAt(root);
  let session = '';
  const operation = operationId(systemClock);
  const open = openRecord(operation);

  beforeAll(async () => {
    await store.prepare();
    session = (await store.acquire(await describeOwner({}, 'x'), operation, Date.now())).session;
    await store.open(session, open);
  });

  it('leaves every record as it was, says so, and everything goes on when there is space', async () => {
    const owner = await describeOwner({}, 'x');
    // The journal's last page is filled too, so that an append is torn in its middle.
    await store.note(session, { type: 'note', operation, message: 'x'.repeat((2 * 4096 - 500 - ((await readFile(join(folder, 'journal.ndjson'))).length % 4096)) % 4096) });
    const [lock, before] = [await store.readLock(), await store.readJournal()];
    fill();
    const tries = [
      () => store.note(session, { type: 'note', operation, message: 'y'.repeat(3000) }),
      () => store.beat(session, 'rollout'),
      () => store.decide(session, operation, 'commit'),
      () => store.close(session, releaseRecord(open, 1)),
      () => store.putRelease(session, open.release, { 'model.json': 'z'.repeat(8192) }),
      () => store.putSecret(session, 'a', 'b'),
      () => store.key(),
      () => store.takeOver({ expect: session, owner, operation, now: Date.now() }),
    ];
    for (const write of tries) await expect(write()).rejects.toMatchObject({ kind: 'external', code: expect.stringMatching(/^SC302[01]$/) });
    expect(await store.readLock()).toEqual(lock);
    expect(await store.readJournal()).toEqual(before);
    expect(await store.readOpen()).toEqual(open);
    expect(await store.readDecision(operation)).toBeUndefined();
    expect((await readdir(folder, { recursive: true })).filter((name) => name.endsWith('-temp'))).toEqual([]);
    free();
    await store.note(session, { type: 'note', operation, message: 'space again' });
    expect((await store.readJournal()).slice(0, -1)).toEqual(before);
    expect(await store.decide(session, operation, 'commit')).toBe('commit');
  });

  it('keeps a step from beginning', async () => {
    await store.note(session, { type: 'note', operation, message: 'x'.repeat(4096 - 300 - (await readFile(join(folder, 'journal.ndjson'))).length % 4096) });
    fill();
    const elsewhere = await tempFolder();
    await expect(store.run(session, step(operation, `: >${elsewhere}/effect`))).rejects.toMatchObject({ kind: 'external' });
    expect(await readdir(elsewhere)).toEqual([]);
    free();
  });

  it('before the outcome is written leaves the step unknown', async () => {
    const outcome = await store.run(session, step(operation, `result filler "$(head -c 4000 /dev/zero | tr '\\0' x)"; cat /dev/zero >${root}/filler 2>/dev/null || :`, { attempt: 2 }));
    expect(outcome).toMatchObject({ state: 'unknown' });
    free();
    await store.note(session, { type: 'note', operation, message: 'after' });
    expect((await store.readJournal()).slice(-2).map(({ type }) => type)).toEqual(['intent', 'note']);
  });

  it('keeps a local file as it was', async () => {
    const files = createFiles(root);
    await files.write('state.json', '{"old":true}');
    fill();
    await expect(files.write('state.json', 'x'.repeat(100_000))).rejects.toMatchObject({ code: 'SC3613', kind: 'external', message: expect.stringContaining('full') });
    expect(await files.read('state.json')).toBe('{"old":true}');
    expect((await readdir(root)).filter((name) => name.endsWith('-temp'))).toEqual([]);
    free();
  });
});
