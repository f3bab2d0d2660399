import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { forReading, readCache, writeCache } from '../../src/actions/cache.js';
import type { OpenHost } from '../../src/actions/host.js';
import type { Workspace } from '../../src/actions/types.js';
import { systemClock } from '../../src/adapters/clock.js';
import { createFiles } from '../../src/adapters/files.js';
import { fail } from '../../src/errors/index.js';
import type { Event } from '../../src/plugin-api/event.js';
import type { Files } from '../../src/ports/files.js';
import { describeOwner } from '../../src/protocol/owner.js';
import { deployOnce, storeAt, tempFolder } from '../protocol/support.js';

/** A project beside a state folder with one release. */
async function project(): Promise<{ readonly folder: string; readonly hosts: readonly OpenHost[]; readonly release: string }> {
  const [folder, root] = [await tempFolder(), await tempFolder()];
  const store = storeAt(root);
  await store.prepare();
  const { id } = await deployOnce(store, await describeOwner({}, 'stagecraft deploy'));
  return { folder, hosts: [{ name: 'local', store } as unknown as OpenHost], release: id };
}

function workspace(folder: string, files: Files, events: Event[]): Workspace {
  return { folder, files, processEnv: {}, clock: systemClock, io: { event: (event: Event) => void events.push(event), ask: () => Promise.reject(new Error('nothing is asked')) } } as unknown as Workspace;
}

describe('CORE_STATE_CONSISTENCY: what the project keeps to be read', () => {
  it.each([
    ['a full disk', 'ENOSPC', 'external'],
    ['a disk that fails', 'EIO', 'external'],
    ['a read-only checkout', 'EROFS', 'user'],
  ] as const)('on %s stays as it was, is told, and fails no command', async (_, code, kind) => {
    const { folder, hosts, release } = await project();
    const files = createFiles(folder);
    await writeCache(workspace(folder, files, []), hosts, 'prod');
    const before = await readFile(join(folder, '.stagecraft/releases.json'), 'utf8');
    const refuse = (path: string): Promise<never> => Promise.reject(fail({ code: 'SC3613', kind, message: `Cannot write ${path}: ${code}.`, next: ['x'] }));
    const events: Event[] = [];
    const ws = workspace(folder, { ...files, write: refuse, claim: refuse }, events);
    await writeCache(ws, hosts, 'prod');
    expect(events).toMatchObject([{ type: 'notice', code: 'SC3041', data: { what: 'The cache of releases', reason: expect.stringContaining(code) } }]);
    expect(await readFile(join(folder, '.stagecraft/releases.json'), 'utf8')).toBe(before);
    expect((await readCache(ws, 'prod')).map(({ id }) => id)).toEqual([release]);
  });

  it('on a file system that really is read-only fails no command', async () => {
    const { folder, hosts } = await project();
    const mounted = spawnSync('sh', ['-c', `mount -t tmpfs -o ro,size=64k stagecraft-test ${folder}`]).status === 0;
    try {
      const events: Event[] = [];
      // Where nothing can be mounted the folder is a file, which no file can be written below either.
      const at = mounted ? folder : join(folder, 'file');
      if (!mounted) await createFiles(folder).write('file', '');
      await writeCache(workspace(at, createFiles(at), events), hosts, 'prod');
      expect(events).toMatchObject([{ code: 'SC3041' }]);
    } finally {
      if (mounted) spawnSync('sh', ['-c', `umount ${folder}`]);
    }
  });

  it('lets a bug and an interruption through', async () => {
    const ws = workspace('/', createFiles('/'), []);
    for (const kind of ['bug', 'interrupted'] as const) {
      const error = fail({ code: 'SC3600', kind, message: 'x' });
      await expect(forReading(ws, 'x', () => Promise.reject(error))).rejects.toBe(error);
    }
    await expect(forReading(ws, 'x', () => Promise.reject(new TypeError('x')))).rejects.toThrow(TypeError);
  });
});
