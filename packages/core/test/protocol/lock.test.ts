import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { systemClock } from '../../src/adapters/clock.js';
import { operationId } from '../../src/protocol/ids.js';
import { describeOwner, holderIsDead } from '../../src/protocol/owner.js';
import type { LockRecord } from '../../src/protocol/types.js';
import { dead, deployOnce, held, openRecord, step, storeAt, tempFolder } from './support.js';

describe('CORE_STATE_CONSISTENCY: the lock', () => {
  it('has one winner of many that try at once', async () => {
    const root = await tempFolder();
    await storeAt(root).prepare();
    const owner = await describeOwner({}, 'stagecraft deploy');
    for (let round = 0; round < 6; round += 1) {
      // Each try is a shell process of its own.
      const tries = await Promise.allSettled(Array.from({ length: 8 }, () => storeAt(root).acquire(owner, operationId(systemClock), Date.now())));
      const won = tries.filter((result) => result.status === 'fulfilled');
      expect(won).toHaveLength(1);
      for (const result of tries) if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'SC3000', kind: 'locked' });
      const session = won[0]?.value.session ?? '';
      expect((await storeAt(root).readLock())?.session).toBe(session);
      await storeAt(root).release(session);
    }
  });

  it('says who holds it, since when, doing what, and what to run', async () => {
    const { store, session, operation, owner } = await held();
    await store.beat(session, 'rollout');
    const error: unknown = await store.acquire({ ...owner, user: 'other' }, operationId(systemClock), Date.now() + 120_000).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'SC3000', kind: 'locked', next: expect.arrayContaining([expect.stringContaining('lock status'), expect.stringContaining('--lock-wait'), expect.stringContaining(session)]) });
    const { message } = error as Error;
    for (const part of [owner.user, owner.machine, 'stagecraft deploy', 'phase rollout', '2 min ago', operation]) expect(message).toContain(part);
  });

  it('is free again after release, and release is idempotent', async () => {
    const { store, session, owner } = await held();
    expect(await store.release(session)).toBe('released');
    expect(await store.release(session)).toBe('released');
    expect(await store.readLock()).toBeUndefined();
    await store.acquire(owner, operationId(systemClock), Date.now());
  });

  it('survives a command line that looks like its own fields', async () => {
    const root = await tempFolder();
    const store = storeAt(root);
    await store.prepare();
    const owner = { ...(await describeOwner({}, 'x')), command: `it's "operation":"op-x" $(id) "left":true}\n\\` };
    const { session } = await store.acquire(owner, 'op-1', Date.now());
    expect((await store.readLock())?.owner.command).toBe(owner.command);
    await expect(store.acquire(owner, 'op-2', Date.now())).rejects.toMatchObject({ code: 'SC3000' });
    await store.beat(session, 'build');
    expect(await store.readLock()).toMatchObject({ operation: 'op-1', phase: 'build', left: false });
  });

  it('is free to all when its operation is closed, though nobody released it', async () => {
    const { store, session, operation, owner } = await held();
    const open = openRecord(operation);
    await store.open(session, open);
    await expect(store.acquire(owner, 'op-next', Date.now())).rejects.toMatchObject({ code: 'SC3000' });
    const { releaseRecord } = await import('./support.js');
    await store.close(session, releaseRecord(open, 1));
    const next = await store.acquire(owner, 'op-next', Date.now());
    expect(next.session).not.toBe(session);
  });

  it('is taken over for its operation when its holder ran on the host and the host has booted since', async () => {
    const { store, root, operation, owner } = await lockedBefore((lock) => ({ ...lock, hostBootId: 'earlier', owner: { ...lock.owner, bootId: 'earlier' } }));
    const { session } = await store.acquire(owner, operation, Date.now());
    expect(await storeAt(root).readLock()).toMatchObject({ session, hostBootId: owner.bootId });
  });

  it.each([
    ['elsewhere, whatever became of the host', { hostBootId: 'earlier', bootId: 'another' }],
    ['on the host, which runs on', { hostBootId: undefined, bootId: 'earlier' }],
  ])('stays with a holder that ran %s', async (_, { hostBootId, bootId }) => {
    const { store, operation, owner } = await lockedBefore((lock) => ({ ...lock, ...(hostBootId === undefined ? {} : { hostBootId }), owner: { ...lock.owner, bootId } }));
    await expect(store.acquire(owner, operation, Date.now())).rejects.toMatchObject({ code: 'SC3000', kind: 'locked' });
  });

  it('is not given to an operation that is closed', async () => {
    const { store, session, owner } = await held();
    await store.release(session);
    const closed = await deployOnce(store, owner);
    await expect(store.acquire(owner, closed.operation, Date.now())).rejects.toMatchObject({ code: 'SC3003', kind: 'user' });
  });

  it('is left while a step runs, and free when the step has ended', async () => {
    const { store, session, operation, owner } = await held();
    const running = store.run(session, step(operation, 'sleep 2.5'));
    await until(() => store.stepRunning());
    expect(await store.leave(session)).toBe('left');
    await expect(store.acquire(owner, 'op-next', Date.now())).rejects.toMatchObject({ code: 'SC3000', message: expect.stringContaining('left while a step still runs') });
    await running;
    await store.acquire(owner, 'op-next', Date.now());
  });

  it('cannot be read when damaged, says so, and is left as it is', async () => {
    const { store, session, folder, owner } = await held();
    await writeFile(join(folder, 'lock'), '{"session":');
    await expect(store.readLock()).rejects.toMatchObject({ code: 'SC3013', kind: 'external' });
    await expect(store.acquire(owner, 'op-next', Date.now())).rejects.toMatchObject({ code: 'SC3013' });
    await expect(store.note(session, { type: 'note', operation: 'x' })).rejects.toMatchObject({ code: 'SC3013' });
    expect(await readFile(join(folder, 'lock'), 'utf8')).toBe('{"session":');
  });
});

describe('taking over', () => {
  it('needs the session that the lock names', async () => {
    const { store, session, operation, owner } = await held();
    await expect(store.takeOver({ expect: 's-other', owner, operation, now: Date.now() })).rejects.toMatchObject({ code: 'SC3004', kind: 'locked' });
    const { session: taken } = await store.takeOver({ expect: session, owner: { ...owner, user: 'rescuer' }, operation, now: Date.now() });
    expect(await store.readLock()).toMatchObject({ session: taken, operation, owner: { user: 'rescuer' } });
    await expect(store.takeOver({ expect: session, owner, operation, now: Date.now() })).rejects.toMatchObject({ code: 'SC3004' });
  });

  it('has one winner of many', async () => {
    const { root, session, operation, owner } = await held();
    const tries = await Promise.allSettled(Array.from({ length: 6 }, () => storeAt(root).takeOver({ expect: session, owner, operation, now: Date.now() })));
    expect(tries.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
  });

  it('tells the returning holder who took over, also when that one has given the lock back and another has it', async () => {
    const { store, session, operation, owner } = await held();
    const { session: taken } = await store.takeOver({ expect: session, owner: { ...owner, user: 'rescuer', command: 'stagecraft lock take' }, operation, now: Date.now() });
    await store.waitForStep();
    await store.release(taken);
    const told = { code: 'SC3001', message: `rescuer on ${owner.machine} took over with "stagecraft lock take"; this command writes nothing more.` };
    await expect(store.note(session, { type: 'note', operation })).rejects.toMatchObject(told);
    await store.acquire({ ...owner, user: 'third' }, 'op-3', Date.now());
    await expect(store.release(session)).rejects.toMatchObject(told);
  });

  it('keeps the returning holder from writing, and tells it who took over', async () => {
    const { store, session, operation, owner, folder } = await held();
    const open = openRecord(operation);
    await store.open(session, open);
    await store.takeOver({ expect: session, owner: { ...owner, user: 'rescuer' }, operation, now: Date.now() });
    const before = await readFile(join(folder, 'journal.ndjson'), 'utf8');
    const { releaseRecord } = await import('./support.js');
    const tries = [
      () => store.beat(session, 'x'),
      () => store.release(session),
      () => store.leave(session),
      () => store.note(session, { type: 'note', operation }),
      () => store.decide(session, operation, 'commit'),
      () => store.open(session, open),
      () => store.close(session, releaseRecord(open, 1)),
      () => store.putRelease(session, open.release, { a: 'b' }),
      () => store.putSecret(session, 'a', 'b'),
      () => store.putFiles(session, [{ path: 'files/a/b', content: 'c', mode: 0o644 }]),
      () => store.run(session, step(operation, `: >${folder}/effect`)),
    ];
    for (const write of tries) await expect(write()).rejects.toMatchObject({ code: 'SC3001', kind: 'locked', message: expect.stringContaining('rescuer') });
    expect(await readFile(join(folder, 'journal.ndjson'), 'utf8')).toBe(before);
    await expect(readFile(join(folder, 'effect'))).rejects.toThrow('ENOENT');
    expect(await store.readDecision(operation)).toBeUndefined();
  });

  it('waits for the step of the one before, and journals itself', async () => {
    const { root, store, session, operation, owner, folder } = await held();
    const running = store.run(session, step(operation, `sleep 0.8; date +%s%N >${folder}/ended`));
    await until(() => store.stepRunning());
    const rescuer = storeAt(root);
    await rescuer.takeOver({ expect: session, owner, operation, now: Date.now() });
    let waits = 0;
    await rescuer.waitForStep({ waiting: () => { waits += 1; } });
    const now = Date.now();
    expect(Number(await readFile(join(folder, 'ended'), 'utf8')) / 1e6).toBeLessThanOrEqual(now);
    expect((await running).state).toBe('completed');
    expect((await rescuer.readJournal()).at(-1)).toMatchObject({ type: 'take', operation, message: expect.stringContaining(session) });
    expect(waits).toBeLessThan(3);
  });

  it('is done by acquire from a holder that is proved dead, where nothing of it is open', async () => {
    const root = await tempFolder();
    const store = storeAt(root);
    await store.prepare();
    const owner = await describeOwner({}, 'stagecraft deploy');
    const gone = await store.acquire(dead(owner), 'op-gone', Date.now());
    const { session } = await store.acquire(owner, 'op-new', Date.now());
    expect(session).not.toBe(gone.session);
    expect(await store.readLock()).toMatchObject({ session, operation: 'op-new' });
  });

  it('is refused to another operation while the dead holder left one open, and given to that one', async () => {
    const root = await tempFolder();
    const store = storeAt(root);
    await store.prepare();
    const owner = await describeOwner({}, 'stagecraft deploy');
    const gone = await store.acquire(dead(owner), 'op-gone', Date.now());
    await store.open(gone.session, openRecord('op-gone'));
    await expect(store.acquire(owner, 'op-new', Date.now())).rejects.toMatchObject({ code: 'SC3000', message: expect.stringContaining('dead'), next: ['stagecraft deploy --resume', 'stagecraft deploy --abort'] });
    await store.acquire(owner, 'op-gone', Date.now());
  });
});

describe('a proof of death', () => {
  const lockOf = (owner: LockRecord['owner']): LockRecord => ({ session: 's', owner, operation: 'o', phase: 'p', since: '', left: false });

  it('is only had on the same machine, boot and pid namespace, of a pid that is gone or another process', async () => {
    const here = await describeOwner({}, 'x');
    expect(here.startTime).toMatch(/^\d+$/);
    expect(await holderIsDead(lockOf(here), here)).toBe(false);
    expect(await holderIsDead(lockOf({ ...here, startTime: '1' }), here)).toBe(true);
    expect(await holderIsDead(lockOf({ ...here, startTime: '' }), here)).toBe(false);
    expect(await holderIsDead(lockOf(dead(here)), here)).toBe(true);
    for (const elsewhere of [{ machine: 'other' }, { bootId: 'other' }, { bootId: '' }, { pidNamespace: 'pid:[1]' }, { pidNamespace: '' }]) {
      expect(await holderIsDead(lockOf({ ...dead(here), ...elsewhere }), here)).toBe(false);
    }
  });

  it('counts a zombie as dead', async () => {
    const here = await describeOwner({}, 'x');
    const parent = execFile('sh', ['-c', 'sleep 0.2 & echo $!; exec sleep 5']);
    const pid = await new Promise<number>((resolve) => parent.stdout?.once('data', (text: Buffer | string) => resolve(Number(String(text)))));
    await until(async () => (await readFile(`/proc/${pid}/stat`, 'utf8')).includes(') Z'));
    const startTime = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]?.split(' ')[19] ?? '';
    expect(await holderIsDead(lockOf({ ...here, pid, startTime }), here)).toBe(true);
    parent.kill('SIGKILL');
  });

  it('names the CI run', async () => {
    const owner = await describeOwner({ GITHUB_RUN_ID: '7', GITHUB_REPOSITORY: 'a/b' }, 'x');
    expect(owner.ci).toBe('https://github.com/a/b/actions/runs/7');
  });
});

async function until(is: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 200 && !(await is()); i += 1) await systemClock.sleep(10);
}

/** The lock as another operator, or another time, has left it. */
async function lockedBefore(change: (lock: LockRecord) => LockRecord): Promise<Awaited<ReturnType<typeof held>>> {
  const found = await held();
  const lock = await found.store.readLock();
  const file = join(found.folder, 'lock');
  await writeFile(file, `${JSON.stringify(change(lock as LockRecord))}\n`);
  return found;
}
