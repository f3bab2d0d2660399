import { spawnSync } from 'node:child_process';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { systemClock } from '../../src/adapters/clock.js';
import { createFiles } from '../../src/adapters/files.js';
import { createCache } from '../../src/protocol/cache.js';
import { withLocalLock } from '../../src/protocol/local-lock.js';
import { describeOwner } from '../../src/protocol/owner.js';
import { ensureProjectFolder } from '../../src/protocol/project-folder.js';
import type { ReleaseRecord } from '../../src/protocol/types.js';
import type { Event } from '../../src/plugin-api/event.js';
import { dead, openRecord, releaseRecord, tempFolder } from './support.js';

const path = '.stagecraft/releases.json';

async function cacheIn(folder: string, events: Event[] = []) {
  return createCache({ files: createFiles(folder), path, clock: systemClock, io: { event: (event) => void events.push(event), ask: () => Promise.reject(new Error('nobody is asked')) } });
}

function releases(count: number, environment = 'prod'): ReleaseRecord[] {
  return Array.from({ length: count }, (_, i) => releaseRecord(openRecord(`op-${count - i}`, `rel-${count - i}`), count - i, { environment }));
}

describe('CORE_STATE_CONSISTENCY: the cache', () => {
  it('keeps environments apart and newest first', async () => {
    const folder = await tempFolder();
    const cache = await cacheIn(folder);
    expect(await cache.read('prod')).toEqual([]);
    await cache.write('prod', releases(3));
    await cache.write('dev', releases(1, 'dev'));
    await cache.write('prod', releases(2));
    expect(await cache.read('prod')).toEqual(releases(2));
    expect(await cache.read('dev')).toEqual(releases(1, 'dev'));
    expect((await readdir(join(folder, '.stagecraft'))).sort()).toEqual(['.gitignore', 'releases.json']);
  });

  it('has the same bytes for the same releases, one a line', async () => {
    const folder = await tempFolder();
    const cache = await cacheIn(folder);
    await cache.write('prod', releases(3));
    const text = await readFile(join(folder, path), 'utf8');
    await cache.write('prod', [...releases(3)].reverse());
    expect(await readFile(join(folder, path), 'utf8')).toBe(text);
    expect(text.split('\n')).toHaveLength(6);
  });

  it.each(['', '{', 'null', '[]', '{"format":2,"releases":[]}', '{"format":1,"releases":[{"id":1}]}'])('that reads %j is kept aside, told, and made again', async (text) => {
    const folder = await tempFolder();
    const events: Event[] = [];
    const cache = await cacheIn(folder, events);
    await cache.write('prod', releases(1));
    await writeFile(join(folder, path), text);
    expect(await cache.read('prod')).toEqual([]);
    expect(events).toMatchObject([{ type: 'notice', code: 'SC3040', data: { path } }]);
    const aside = (events[0]?.data as { aside: string }).aside;
    expect(await readFile(join(folder, aside), 'utf8')).toBe(text);
    await cache.write('prod', releases(2));
    expect(await cache.read('prod')).toEqual(releases(2));
    expect(await readFile(join(folder, aside), 'utf8')).toBe(text);
  });

  it('loses nothing when many write at once', async () => {
    const folder = await tempFolder();
    const names = Array.from({ length: 8 }, (_, i) => `env${i}`);
    await Promise.all(names.map(async (name) => (await cacheIn(folder)).write(name, releases(2, name))));
    const cache = await cacheIn(folder);
    for (const name of names) expect(await cache.read(name)).toHaveLength(2);
    expect((await readdir(join(folder, '.stagecraft'))).sort()).toEqual(['.gitignore', 'releases.json']);
  });
});

describe('the local lock', () => {
  const setup = (folder: string) => ({ files: createFiles(folder), path: 'x.lock', clock: systemClock });

  it('lets one in at a time, and leaves nothing', async () => {
    const folder = await tempFolder();
    let inside = 0;
    let most = 0;
    await Promise.all(Array.from({ length: 12 }, () => withLocalLock(setup(folder), async () => {
      inside += 1;
      most = Math.max(most, inside);
      await systemClock.sleep(3);
      inside -= 1;
    })));
    expect(most).toBe(1);
    expect(await readdir(folder)).toEqual([]);
  });

  it('is given back when the work fails', async () => {
    const folder = await tempFolder();
    await expect(withLocalLock(setup(folder), () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await readdir(folder)).toEqual([]);
  });

  it('has one taker of a dead owner, also where takers died, and leaves nothing', async () => {
    const folder = await tempFolder();
    const owner = dead(await describeOwner({}, 'x'));
    for (let round = 0; round < 10; round += 1) {
      await writeFile(join(folder, 'x.lock'), JSON.stringify({ id: `a${round}`, owner }));
      if (round % 2 === 1) await writeFile(join(folder, `x.lock.a${round}`), JSON.stringify({ id: `b${round}`, owner }));
      if (round % 4 === 3) await writeFile(join(folder, `x.lock.b${round}`), JSON.stringify({ id: `c${round}`, owner }));
      let inside = 0;
      let most = 0;
      await Promise.all(Array.from({ length: 8 }, () => withLocalLock(setup(folder), async () => {
        inside += 1;
        most = Math.max(most, inside);
        await systemClock.sleep(1);
        inside -= 1;
      })));
      expect(most).toBe(1);
      expect(await readdir(folder)).toEqual([]);
    }
  });

  it('is taken from who ran before this machine booted', async () => {
    const folder = await tempFolder();
    let claim = '';
    await withLocalLock(setup(folder), async () => void (claim = await readFile(join(folder, 'x.lock'), 'utf8')));
    const left = JSON.parse(claim) as { owner: { bootId: string }; machineId: string };
    expect(claim).not.toContain((await readFile('/etc/machine-id', 'utf8').catch(() => 'none')).trim());
    await writeFile(join(folder, 'x.lock'), JSON.stringify({ ...left, machineId: left.machineId || 'm', owner: { ...left.owner, bootId: 'earlier' } }));
    if (left.machineId !== '') await withLocalLock(setup(folder), () => Promise.resolve());
    expect(await readdir(folder)).toEqual(left.machineId === '' ? ['x.lock'] : []);
  });

  it('is never taken from the living, nor from an owner elsewhere; it says who and what to do', async () => {
    const folder = await tempFolder();
    const here = await describeOwner({}, 'x');
    for (const owner of [here, { ...dead(here), machine: 'elsewhere' }]) {
      await writeFile(join(folder, 'x.lock'), JSON.stringify({ id: 'a', owner }));
      let now = 0;
      const hurried = { ...setup(folder), clock: { ...systemClock, now: () => (now += 4_000) } };
      await expect(withLocalLock(hurried, () => Promise.resolve())).rejects.toMatchObject({ code: 'SC3045', kind: 'locked', message: expect.stringContaining(owner.machine) });
      expect(await readdir(folder)).toEqual(['x.lock']);
    }
    await writeFile(join(folder, 'x.lock'), 'not ours');
    await expect(withLocalLock(setup(folder), () => Promise.resolve())).rejects.toMatchObject({ code: 'SC3046', kind: 'user' });
  });
});

describe('SCAFFOLD_STAGECRAFT_DIR: .stagecraft/', () => {
  it('is ignored by git as a whole, and made once', async () => {
    const folder = await tempFolder();
    const files = createFiles(folder);
    await ensureProjectFolder(files);
    await files.write('.stagecraft/releases.json', '{}');
    spawnSync('git', ['init', '-q'], { cwd: folder });
    const seen = spawnSync('git', ['status', '--porcelain', '-uall'], { cwd: folder, encoding: 'utf8' });
    expect(seen.stdout.trim()).toBe('?? .stagecraft/.gitignore');
    await files.write('.stagecraft/.gitignore', 'mine');
    await ensureProjectFolder(files);
    expect(await files.read('.stagecraft/.gitignore')).toBe('mine');
  });
});
