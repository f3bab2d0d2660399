import { createHash } from 'node:crypto';
import { chmod, readFile, readdir, rename, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { previousOf, servingOf } from '../../src/protocol/history.js';
import { describeOwner } from '../../src/protocol/owner.js';
import type { ReleaseRecord } from '../../src/protocol/types.js';
import { deployOnce, held, openRecord, releaseRecord, scopeAt, storeAt, tempFolder } from './support.js';

async function deployed(times: number) {
  const root = await tempFolder();
  const store = storeAt(root);
  await store.prepare();
  const owner = await describeOwner({}, 'stagecraft deploy');
  const releases: ReleaseRecord[] = [];
  for (let i = 0; i < times; i += 1) releases.push(await deployOnce(store, owner));
  return { root, folder: scopeAt(root).folder, store, owner, releases };
}

describe('CORE_STATE: the open operation', () => {
  it('is one, and opening it again changes nothing', async () => {
    const { store, session, operation } = await held();
    const open = openRecord(operation);
    await store.open(session, open);
    await store.open(session, open);
    expect(await store.readOpen()).toEqual(open);
    expect((await store.readJournal()).map(({ type }) => type)).toEqual(['open']);
    await expect(store.open(session, openRecord('op-other'))).rejects.toMatchObject({ code: 'SC3002', kind: 'locked', next: expect.arrayContaining([expect.stringContaining('--resume')]) });
  });

  it('closes with identity and journal head, and stays closed as it is', async () => {
    const { store, session, operation } = await held();
    const open = openRecord(operation);
    await store.open(session, open);
    await store.decide(session, operation, 'commit');
    const head = createHash('sha256').update(JSON.stringify((await store.readJournal()).at(-1))).digest('hex');
    const closed = await store.close(session, releaseRecord(open, 1));
    expect(closed.hosts).toEqual({ local: { identity: await store.readIdentity(), head } });
    expect(await store.readOpen()).toBeUndefined();
    expect(await store.readDecision(operation)).toBeUndefined();
    expect(await store.close(session, releaseRecord(open, 1, { version: 'other' }))).toEqual(closed);
    expect(await store.readRelease(open.release)).toEqual(closed);
    expect((await store.readJournal()).filter(({ type }) => type === 'close')).toHaveLength(1);
    await expect(store.open(session, open)).rejects.toMatchObject({ code: 'SC3003' });
    await expect(store.decide(session, operation, 'abort')).rejects.toMatchObject({ code: 'SC3003' });
  });

  it('goes on closing after a crash at any of its instants', async () => {
    const { store, session, operation, folder } = await held();
    const open = openRecord(operation);
    await store.open(session, open);
    await store.decide(session, operation, 'commit');
    const [openText, decision] = [await readFile(join(folder, 'open.json')), await readFile(join(folder, 'decision'))];
    const closed = await store.close(session, releaseRecord(open, 1));
    // As if it had died before the last two lines; then before the last one.
    for (const left of [{ open: openText, decision }, { decision }]) {
      if (left.open) await writeFile(join(folder, 'open.json'), left.open);
      await writeFile(join(folder, 'decision'), left.decision);
      if (left.open) expect(await store.decide(session, operation, 'abort')).toBe('commit');
      expect(await store.close(session, releaseRecord(open, 1, { version: 'other' }))).toEqual(closed);
      expect((await readdir(folder)).filter((name) => name === 'open.json' || name === 'decision')).toEqual([]);
    }
    expect(await store.history()).toEqual([closed]);
  });

  it('is not closed by another one', async () => {
    const { store, session, operation } = await held();
    const open = openRecord(operation);
    await store.open(session, open);
    await expect(store.close(session, releaseRecord(openRecord('op-other'), 1))).rejects.toMatchObject({ code: 'SC3003' });
    expect(await store.readOpen()).toEqual(open);
  });
});

describe('the decision', () => {
  it('is published once: the first wins', async () => {
    const { store, session, operation } = await held();
    await store.open(session, openRecord(operation));
    expect(await store.readDecision(operation)).toBeUndefined();
    expect(await store.decide(session, operation, 'abort')).toBe('abort');
    expect(await store.decide(session, operation, 'commit')).toBe('abort');
    expect(await store.readDecision(operation)).toBe('abort');
    expect((await store.readJournal()).filter(({ type }) => type === 'decision')).toMatchObject([{ operation, message: 'abort' }]);
  });

  it('is one for all that race for it', async () => {
    const { root, store, session, operation } = await held();
    await store.open(session, openRecord(operation));
    const made = await Promise.all(Array.from({ length: 10 }, (_, i) => storeAt(root).decide(session, operation, i % 2 === 0 ? 'commit' : 'abort')));
    expect(new Set(made).size).toBe(1);
    expect(await store.readDecision(operation)).toBe(made[0]);
  });

  it('needs its operation to be open, and never counts for another', async () => {
    const { store, session, operation, folder } = await held();
    await expect(store.decide(session, operation, 'commit')).rejects.toMatchObject({ code: 'SC3003' });
    await writeFile(join(folder, 'decision'), 'op-before commit\n');
    expect(await store.readDecision(operation)).toBeUndefined();
    await store.open(session, openRecord(operation));
    expect(await store.decide(session, operation, 'abort')).toBe('abort');
  });

  it('that cannot be read decides nothing, and is left as it is', async () => {
    const { store, session, operation, folder } = await held();
    await store.open(session, openRecord(operation));
    await writeFile(join(folder, 'decision'), `${operation} comm`);
    await expect(store.readDecision(operation)).rejects.toMatchObject({ code: 'SC3015' });
    await expect(store.decide(session, operation, 'commit')).rejects.toMatchObject({ code: 'SC3015' });
    expect(await readFile(join(folder, 'decision'), 'utf8')).toBe(`${operation} comm`);
  });
});

describe('history', () => {
  it('is newest first, with serials of its own', async () => {
    const { store, releases } = await deployed(3);
    expect(await store.history()).toEqual([...releases].reverse());
    expect(releases.map(({ serial }) => serial)).toEqual([1, 2, 3]);
    expect((await store.serving())?.id).toBe(releases[2]?.id);
    expect(await store.nextSerial()).toBe(4);
  });

  it('is empty before the first use, and asking for it makes nothing', async () => {
    const root = await tempFolder();
    const store = storeAt(root);
    expect(await store.history()).toEqual([]);
    expect(await store.readOpen()).toBeUndefined();
    expect(await store.readLock()).toBeUndefined();
    expect(await store.readIdentity()).toBeUndefined();
    expect(await store.readKey()).toBeUndefined();
    expect(await readdir(root)).toEqual([]);
  });

  it('that was changed, lost, emptied or set back is told, and left as it is', async () => {
    const { store, folder, releases } = await deployed(2);
    const record = join(folder, 'releases', releases[1]?.id ?? '', 'release.json');
    const journal = join(folder, 'journal.ndjson');
    const [recordText, journalText] = [await readFile(record, 'utf8'), await readFile(journal, 'utf8')];
    const harms: readonly (readonly [() => Promise<void>, string])[] = [
      [() => writeFile(record, recordText.replace('"v1"', '"v2"')), 'SC3011'],
      [() => writeFile(record, 'no record'), 'SC3011'],
      [() => rm(record), 'SC3011'],
      [() => truncate(journal), 'SC3012'],
      [() => rm(journal), 'SC3012'],
      [() => writeFile(journal, `${journalText.split('\n').slice(0, 3).join('\n')}\n`), 'SC3012'],
    ];
    for (const [harm, code] of harms) {
      await harm();
      await expect(store.history()).rejects.toMatchObject({ code, kind: 'external', next: expect.arrayContaining([expect.stringContaining('backup')]) });
      await expect(store.serving()).rejects.toMatchObject({ code });
      await writeFile(record, recordText);
      await writeFile(journal, journalText);
      expect(await store.history()).toHaveLength(2);
    }
  });

  it('is read whole while releases are being closed', async () => {
    const { root, store, owner } = await deployed(1);
    let closing = true;
    const closes = (async () => {
      for (let i = 0; i < 6; i += 1) await deployOnce(store, owner);
      closing = false;
    })();
    let most = 0;
    while (closing) most = Math.max(most, (await storeAt(root).history()).length);
    await closes;
    expect(most).toBeGreaterThan(1);
    expect(await store.history()).toHaveLength(7);
  });

  it('forgets what was pruned, and its secrets', async () => {
    const { store, folder, owner, releases } = await deployed(3);
    const old = releases[0]?.id ?? '';
    const { session } = await store.acquire(owner, 'op-prune', Date.now());
    await store.putSecret(session, `${old}.json`, 'secret');
    await store.prune(session, 'op-prune', [old]);
    expect((await store.history()).map(({ id }) => id)).toEqual([releases[2]?.id, releases[1]?.id]);
    expect(await readdir(join(folder, 'secrets'))).toEqual([]);
    expect(await store.nextSerial()).toBe(4);
  });
});

describe('which release serves, and which is previous', () => {
  const release = (serial: number, more: Partial<ReleaseRecord> = {}): ReleaseRecord => releaseRecord(openRecord(`op-${serial}`, `r${serial}`), serial, more);
  const back = (serial: number, target: string): ReleaseRecord => release(serial, { kind: 'rollback', target });
  const of = (...releases: ReleaseRecord[]): ReleaseRecord[] => [...releases].reverse();
  const previous = (history: readonly ReleaseRecord[]): string | undefined => {
    const serving = servingOf(history);
    return serving && previousOf(history, serving)?.id;
  };

  it('goes back over failed and returned ones', () => {
    expect(previous(of(release(1), release(2, { outcome: 'failed', phases: { ...release(2).phases, rollout: { status: 'skipped' } } }), release(3, { outcome: 'returned' }), release(4)))).toBe('r1');
  });

  it('has none before the first', () => {
    expect(previous(of(release(1)))).toBeUndefined();
    expect(previous(of(release(1), release(2), back(3, 'r1')))).toBeUndefined();
    expect(servingOf(of(release(1, { outcome: 'open' })))).toBeUndefined();
  });

  it('counts a rollback as its target: two in a row go back two releases', () => {
    const history = of(release(1), release(2), release(3), back(4, 'r2'));
    expect(servingOf(history)?.id).toBe('r4');
    expect(previous(history)).toBe('r1');
    expect(previous(of(release(1), release(2), release(3), back(4, 'r2'), back(5, 'r4')))).toBe('r1');
  });

  it('after a rollback and a new deploy is the newest deploy before it', () => {
    expect(previous(of(release(1), release(2), back(3, 'r1'), release(4)))).toBe('r2');
  });

  it('a release whose migration failed after the rollout serves', () => {
    expect(servingOf(of(release(1), release(2, { outcome: 'failed' })))?.id).toBe('r2');
  });

  it('previous always precedes what serves, completed, and ends after at most as many steps as there are deploys', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom('completed', 'failed', 'returned', 'mixed'), fc.option(fc.nat())), { minLength: 1, maxLength: 15 }), (made) => {
        const history: ReleaseRecord[] = [];
        made.forEach(([outcome, target], index) => {
          const earlier = history.filter((release_) => release_.outcome === 'completed');
          const goal = target === null ? undefined : earlier[target % Math.max(1, earlier.length)];
          history.unshift(goal ? back(index + 1, goal.id) : release(index + 1, { outcome, phases: { ...release(1).phases, rollout: { status: outcome === 'completed' ? 'completed' : 'failed' } } }));
        });
        let serving = servingOf(history);
        const seen: number[] = [];
        while (serving) {
          const before = previousOf(history, serving);
          if (before) {
            expect(before).toMatchObject({ kind: 'deploy', outcome: 'completed' });
            expect(before.serial).toBeLessThan(seen.at(-1) ?? Infinity);
            seen.push(before.serial);
          }
          serving = before;
        }
      }),
    );
  });
});

describe('files of a release', () => {
  it('arrive byte for byte, with their modes, and only when they lack', async () => {
    const { store, session, folder } = await held();
    const odd = new Uint8Array(Array.from({ length: 1024 }, (_, i) => i % 256));
    await store.putRelease(session, 'rel-1', { 'a.txt': 'grün\n', 'sub/b.bin': odd, empty: '' }, { 'a.txt': 0o644 });
    expect(await store.readReleaseFile('rel-1', 'a.txt')).toBe('grün\n');
    expect(await store.readReleaseFile('rel-1', 'empty')).toBe('');
    expect(new Uint8Array(await readFile(join(folder, 'releases/rel-1/sub/b.bin')))).toEqual(odd);
    expect((await stat(join(folder, 'releases/rel-1/a.txt'))).mode & 0o777).toBe(0o644);
    expect((await stat(join(folder, 'releases/rel-1/empty'))).mode & 0o777).toBe(0o600);

    const uploads = [{ path: "files/abc/it's $x.txt", content: new TextEncoder().encode('one'), mode: 0o755 }, { path: 'files/def/big', content: Buffer.alloc(9_000_000, 'x'), mode: 0o600 }];
    await store.putFiles(session, uploads);
    const first = await stat(join(folder, "files/abc/it's $x.txt"));
    expect(first.mode & 0o777).toBe(0o755);
    await store.putFiles(session, uploads);
    expect((await stat(join(folder, "files/abc/it's $x.txt"))).ino).toBe(first.ino);
    expect((await stat(join(folder, 'files/def/big'))).size).toBe(9_000_000);
  });

  it('never leave the folder', async () => {
    const { store, session } = await held();
    for (const path of ['../x', '/x', 'a/../../x', '', 'a//b']) await expect(store.putFiles(session, [{ path, content: 'x', mode: 0o600 }])).rejects.toMatchObject({ code: 'SC3018' });
    for (const name of ['../x', '.hidden', '', 'a/b']) {
      await expect(async () => store.putSecret(session, name, 'x')).rejects.toMatchObject({ code: 'SC3017' });
      await expect(async () => store.readReleaseFile(name, 'x')).rejects.toMatchObject({ code: 'SC3017' });
    }
  });

  it('files that were put in an order are there in it, in one script', async () => {
    const { store, session, folder } = await held();
    const paths = ['secrets/rel-1.yml', 'releases/rel-1/model.json', 'releases/rel-1/a.json'];
    await store.putInOrder(session, paths.map((path) => ({ path, content: `of ${path}`, mode: 0o600 })));
    for (const path of paths) expect(await readFile(join(folder, path), 'utf8')).toBe(`of ${path}`);
    const times = await Promise.all(paths.map(async (path) => (await stat(join(folder, path), { bigint: true })).ctimeNs));
    expect(times).toEqual([...times].sort((a, b) => (a < b ? -1 : 1)));
    await expect(store.putInOrder('s-other', [{ path: 'secrets/x', content: 'x', mode: 0o600 }])).rejects.toMatchObject({ code: 'SC3001' });
    await expect(stat(join(folder, 'secrets/x'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('secrets are readable by their owner alone, and the key is made once', async () => {
    const { root, store, session, folder } = await held();
    await store.putSecret(session, 'rel-1.json', '{"p":"v"}');
    expect(await store.readSecret('rel-1.json')).toBe('{"p":"v"}');
    expect(await store.readSecret('none')).toBeUndefined();
    const keys = await Promise.all(Array.from({ length: 6 }, () => storeAt(root).key()));
    expect(new Set(keys).size).toBe(1);
    expect(keys[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(await store.readKey()).toBe(keys[0]);
    for (const name of ['key', 'rel-1.json']) expect((await stat(join(folder, 'secrets', name))).mode & 0o777).toBe(0o600);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect((await readdir(join(folder, 'secrets'))).sort()).toEqual(['key', 'rel-1.json']);
  });
});

describe('a host', () => {
  it('gets one identity, however many prepare it at once', async () => {
    const root = join(await tempFolder(), 'deep', 'state');
    const records = await Promise.all(Array.from({ length: 6 }, () => storeAt(root).prepare()));
    expect(new Set(records.map(({ identity }) => identity)).size).toBe(1);
    expect(await storeAt(root).readIdentity()).toBe(records[0]?.identity);
    expect((await readdir(root)).sort()).toEqual(['host.json', 'proxy', 'shop']);
  });

  it('whose folder is a link or whose identity is damaged is refused', async () => {
    const root = await tempFolder();
    await storeAt(root).prepare();
    await rename(join(root, 'shop/prod'), join(root, 'elsewhere'));
    await symlink(join(root, 'elsewhere'), join(root, 'shop/prod'));
    await expect(storeAt(root).prepare()).rejects.toMatchObject({ code: 'SC3016', kind: 'user' });
    const other = await tempFolder();
    await writeFile(join(other, 'host.json'), '{');
    await expect(storeAt(other).prepare()).rejects.toMatchObject({ code: 'SC3014', kind: 'external' });
    expect(await readFile(join(other, 'host.json'), 'utf8')).toBe('{');
  });

  it('with a group of its own lets the group write', async () => {
    const root = await tempFolder();
    await chmod(root, 0o2770);
    await storeAt(root).prepare();
    expect((await stat(scopeAt(root).folder)).mode & 0o777).toBe(0o770);
  });

  it('is proved fit, and told what it lacks', async () => {
    const root = await tempFolder();
    expect(await storeAt(root).checkHost()).toMatchObject({ findings: [], freeBytes: expect.any(Number) });
    expect((await storeAt(root).checkHost(2 ** 60)).findings).toMatchObject([{ severity: 'error', code: 'SC3023' }]);
    expect(await readdir(root)).toEqual([]);
  });

  it('without flock is told so, and nothing is done', async () => {
    const root = await tempFolder();
    const bin = join(root, 'bin');
    const { localShell } = await import('../../src/adapters/shell.js');
    const { mkdir } = await import('node:fs/promises');
    await mkdir(bin);
    for (const tool of ['sh', 'mkdir', 'find', 'cat', 'mktemp', 'df', 'awk', 'wc', 'sync', 'rm', 'timeout', 'true']) await symlink(`/usr/bin/${tool}`, join(bin, tool));
    const store = storeAt(join(root, 'state'), { shell: localShell({ env: { PATH: bin } }) });
    await expect(store.prepare()).rejects.toMatchObject({ code: 'SC3022', message: expect.stringContaining('flock') });
    expect((await store.checkHost()).findings.map(({ message }) => message)).toEqual(expect.arrayContaining([expect.stringContaining('flock'), expect.stringContaining('setsid')]));
  });
});
