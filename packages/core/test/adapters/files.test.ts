import { chmod, mkdir, mkdtemp, readFile, readdir, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createFiles } from '../../src/adapters/files.js';
import { hostFiles } from '../../src/adapters/host-files.js';
import { localShell } from '../../src/adapters/shell.js';

let top: string;
let folder: string;
beforeEach(async () => {
  top = await mkdtemp(join(tmpdir(), 'sc-files-'));
  folder = join(top, 'project');
  await mkdir(folder);
});
afterEach(async () => { await rm(top, { recursive: true, force: true }); });

describe('CORE_STATE_CONSISTENCY: writing', () => {
  it('makes folders, replaces the file, and leaves nothing else', async () => {
    const files = createFiles(folder);
    await files.write('a/b/c.txt', 'one');
    await files.write('a/b/c.txt', 'two');
    expect(await readFile(join(folder, 'a/b/c.txt'), 'utf8')).toBe('two');
    expect(await readdir(join(folder, 'a/b'))).toEqual(['c.txt']);
  });

  it('gives the mode that is asked for, and else keeps the one that was there', async () => {
    const files = createFiles(folder);
    await files.write('s', 'x', 0o600);
    expect((await stat(join(folder, 's'))).mode & 0o777).toBe(0o600);
    await files.write('s', 'y');
    expect((await stat(join(folder, 's'))).mode & 0o777).toBe(0o600);
    await files.write('t', 'y');
    expect((await stat(join(folder, 't'))).mode & 0o777).toBe(0o644);
  });

  it('never leaves the project folder by a relative path or by a link', async () => {
    const files = createFiles(folder);
    await symlink(top, join(folder, 'out'));
    await writeFile(join(top, 'victim'), 'safe');
    await symlink(join(top, 'victim'), join(folder, 'link'));
    for (const path of ['../victim', 'out/victim', 'out/new', 'link', join(folder, 'out/victim')]) {
      await expect(files.write(path, 'bad')).rejects.toMatchObject({ code: 'SC3612' });
    }
    expect(await readFile(join(top, 'victim'), 'utf8')).toBe('safe');
    expect((await readdir(top)).sort()).toEqual(['project', 'victim']);
  });

  it('writes through a link that stays inside', async () => {
    const files = createFiles(folder);
    await writeFile(join(folder, 'real'), 'old');
    await symlink('real', join(folder, 'link'));
    await files.write('link', 'new');
    expect(await readFile(join(folder, 'real'), 'utf8')).toBe('new');
  });

  it('sweeps what killed writers left, and spares the living and the young', async () => {
    const dead = spawnSync('true').pid;
    const old = new Date(Date.now() - 5 * 60_000);
    const temp = (pid: number, n: number): string => join(folder, `.x.${pid}-${'0'.repeat(11)}${n}.stagecraft-temp`);
    for (const path of [temp(dead, 1), temp(dead, 2), temp(process.pid, 3)]) await writeFile(path, '');
    await utimes(temp(dead, 1), old, old);
    await utimes(temp(process.pid, 3), old, old);
    await createFiles(folder).write('x', 'y');
    expect((await readdir(folder)).filter((name) => name.endsWith('temp')).sort()).toEqual([temp(dead, 2), temp(process.pid, 3)].map((path) => path.slice(folder.length + 1)).sort());
  });

  it('says why it cannot write, and keeps the old file', async () => {
    await mkdir(join(folder, 'd'));
    await expect(createFiles(folder).write('d', 'x')).rejects.toMatchObject({ code: 'SC3613', message: expect.stringContaining('folder') });
    await writeFile(join(folder, 'f'), '');
    await expect(createFiles(folder).write('f/g', 'x')).rejects.toMatchObject({ code: 'SC3613', kind: 'user' });
  });
});

describe('reading', () => {
  it('gives undefined for what is not there', async () => {
    const files = createFiles(folder);
    expect(await files.read('none')).toBeUndefined();
    expect(await files.stat('none')).toBeUndefined();
    expect(await files.list('none')).toEqual([]);
  });

  it('reads text and bytes, empty files and files of /proc', async () => {
    const files = createFiles(folder);
    await writeFile(join(folder, 'u'), 'grün');
    await writeFile(join(folder, 'e'), '');
    expect(await files.read('u')).toBe('grün');
    expect(await files.readBytes('u')).toHaveLength(5);
    expect(await files.read('e')).toBe('');
    expect(await files.read('/proc/self/stat')).toContain('node');
  });

  it('refuses a folder, a pipe, and what is larger than the limit', async () => {
    const files = createFiles(folder);
    await writeFile(join(folder, 'big'), 'x'.repeat(5000));
    spawnSync('mkfifo', [join(folder, 'pipe')]);
    await expect(files.read('.')).rejects.toMatchObject({ code: 'SC3610', kind: 'user' });
    await expect(files.read('pipe')).rejects.toMatchObject({ code: 'SC3610', kind: 'user' });
    await expect(files.read('big', 4999)).rejects.toMatchObject({ code: 'SC3611', kind: 'user' });
    expect(await files.read('big', 5000)).toHaveLength(5000);
    await expect(files.read('/proc/self/maps', 10)).rejects.toMatchObject({ code: 'SC3611' });
  });

  it('lists sorted, with the kind of each', async () => {
    await mkdir(join(folder, 'b'));
    await writeFile(join(folder, 'a'), '');
    await symlink('a', join(folder, 'c'));
    expect(await createFiles(folder).list('.')).toEqual([{ name: 'a', kind: 'file' }, { name: 'b', kind: 'folder' }, { name: 'c', kind: 'link' }]);
  });

  it('follows links for the kind, and gives mode and size', async () => {
    await writeFile(join(folder, 'a'), '123');
    await chmod(join(folder, 'a'), 0o640);
    await symlink('a', join(folder, 'c'));
    expect(await createFiles(folder).stat('c')).toEqual({ kind: 'file', mode: 0o640, size: 3 });
  });
});

describe.each(['this machine', 'a shell'] as const)('files of a host by %s', (by) => {
  const access = () => hostFiles(by === 'a shell' ? localShell({ env: process.env }) : createFiles('/'));

  it('reads, writes and lists alike', async () => {
    const files = access();
    const path = join(folder, "sub/it's $x");
    expect(await files.read(path)).toBeUndefined();
    expect(await files.list(join(folder, 'sub'))).toEqual([]);
    await files.write(path, 'one\n\n', 0o600);
    expect(await files.read(path)).toBe('one\n\n');
    await files.write(path, '');
    expect(await files.read(path)).toBe('');
    expect(await files.list(join(folder, 'sub'))).toEqual(["it's $x"]);
  });
});
