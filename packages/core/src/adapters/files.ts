import { constants } from 'node:fs';
import { lstat, mkdir, open, readdir, realpath, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { fail } from '../errors/index.js';
import type { Location } from '../plugin-api/location.js';
import type { Files } from '../ports/files.js';
import { claimFile, replaceFile, sweepTemps, syncFolder } from './replace-file.js';

const defaultLimit = 64 * 1024 * 1024;

/** Files of the operator's machine. Relative paths are relative to `folder`, and writes to them never leave it, not by `..` and not by a symlink. */
export function createFiles(folder: string): Required<Files> {
  const swept = new Set<string>();
  const absolute = (path: string): string => (isAbsolute(path) ? path : resolve(folder, path));

  const readBytes = async (path: string, limit = defaultLimit): Promise<Uint8Array | undefined> => {
    // Without O_NONBLOCK the opening of a named pipe would hang.
    const handle = await open(absolute(path), constants.O_RDONLY | constants.O_NONBLOCK).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
      throw cannot('read', path, error);
    });
    if (handle === undefined) return undefined;
    try {
      const found = await handle.stat();
      if (found.isDirectory()) throw fail({ code: 'SC3610', kind: 'user', message: `${path} is a folder; a file is needed here.`, next: ['Name a file instead.'], location: startOf(path) });
      if (!found.isFile()) throw fail({ code: 'SC3610', kind: 'user', message: `${path} is not a regular file.`, next: ['Name a regular file instead.'], location: startOf(path) });
      if (found.size > limit) throw tooLarge(path, limit);
      // Files of /proc say size 0; a growing file stops at the limit.
      const parts: Buffer[] = [];
      let size = 0;
      for (;;) {
        const buffer = Buffer.allocUnsafe(Math.max(4096, Math.min(found.size - size + 1, 1 << 22)));
        const { bytesRead } = await handle.read(buffer, 0, buffer.length, null);
        if (bytesRead === 0) return parts.length === 1 ? parts[0] : Buffer.concat(parts);
        size += bytesRead;
        if (size > limit) throw tooLarge(path, limit);
        parts.push(buffer.subarray(0, bytesRead));
      }
    } catch (error) {
      throw isErrno(error) ? cannot('read', path, error) : error;
    } finally {
      await handle.close();
    }
  };

  const changing = async <T>(what: string, path: string, change: (target: string) => Promise<T>): Promise<T> => {
    try {
      const target = await placeToWrite(folder, absolute(path), path);
      await makeFolder(dirname(target));
      if (!swept.has(dirname(target))) {
        swept.add(dirname(target));
        await sweepTemps(dirname(target));
      }
      return await change(target);
    } catch (error) {
      throw isErrno(error) ? cannot(what, path, error) : error;
    }
  };

  return {
    readBytes,
    async read(path, limit) {
      const bytes = await readBytes(path, limit);
      return bytes === undefined ? undefined : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
    },
    async write(path, content, mode) {
      await changing('write', path, async (target) => {
        const kept = mode ?? (await stat(target).then((found) => found.mode & 0o777, () => 0o644));
        await replaceFile(target, content, kept);
      });
    },
    claim: (path, content) => changing('write', path, (target) => claimFile(target, content)),
    rename: (from, to) =>
      changing('rename', from, async (source) => {
        const target = await placeToWrite(folder, absolute(to), to);
        await rename(source, target);
        await syncFolder(dirname(target));
      }),
    remove: (path) => changing('remove', path, (target) => unlink(target).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    })),
    realPath: (path) =>
      realpath(absolute(path)).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
        throw cannot('read', path, error);
      }),
    async list(path) {
      const entries = await readdir(absolute(path), { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return [];
        throw cannot('list', path, error);
      });
      return entries
        .map((entry) => ({ name: entry.name, kind: entry.isFile() ? 'file' as const : entry.isDirectory() ? 'folder' as const : entry.isSymbolicLink() ? 'link' as const : 'other' as const }))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
    },
    async stat(path) {
      const found = await stat(absolute(path)).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
        throw cannot('read', path, error);
      });
      return found && { kind: found.isFile() ? 'file' : found.isDirectory() ? 'folder' : 'other', mode: found.mode & 0o7777, size: found.size };
    },
  };
}

/** Where a write goes: through links that stay inside the project folder, and never out of it. Absolute paths elsewhere are the caller's word. */
async function placeToWrite(folder: string, target: string, shown: string): Promise<string> {
  const inside = within(folder, target);
  if (!inside && !isAbsolute(shown)) throw leaves(shown);
  const link = await lstat(target).catch(() => undefined);
  const real = link?.isSymbolicLink() ? await realpath(target).catch(() => undefined) : resolve(await nearestReal(dirname(target)), basename(target));
  if (real === undefined) throw fail({ code: 'SC3612', kind: 'user', message: `${shown} is a link to nothing; it is not written through.`, next: [`Remove the link ${shown}, or make its target.`] });
  if (inside && !within(await nearestReal(folder), real)) throw leaves(shown);
  return real;
}

/** The real path of a folder of which the last parts need not exist yet. */
async function nearestReal(folder: string): Promise<string> {
  const real = await realpath(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  return real ?? resolve(await nearestReal(dirname(folder)), basename(folder));
}

async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true });
  if (first !== undefined) await syncFolder(dirname(first));
}

function within(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}

function isErrno(error: unknown): error is NodeJS.ErrnoException {
  return typeof (error as NodeJS.ErrnoException | null)?.syscall === 'string';
}

function leaves(path: string): Error {
  return fail({ code: 'SC3612', kind: 'user', message: `${path} leads out of the project folder; nothing is written there.`, next: ['Use a path inside the project folder, without links that leave it.'] });
}

function tooLarge(path: string, limit: number): Error {
  const size = limit >= 1024 * 1024 ? `${Math.round(limit / 1024 / 1024)} MiB` : `${Math.ceil(limit / 1024)} KiB`;
  return fail({ code: 'SC3611', kind: 'user', message: `${path} is larger than ${size}, the most that is read here.`, next: ['Check that it is the right file.'], location: startOf(path) });
}

function startOf(path: string): Location {
  return { file: path.replace(/^\.\//, ''), line: 1, column: 1 };
}

function cannot(what: string, path: string, error: NodeJS.ErrnoException): Error {
  const reasons: Readonly<Record<string, string>> = { EACCES: 'permission denied', EPERM: 'not permitted', ENOSPC: 'the disk is full', EDQUOT: 'the quota is used up', EROFS: 'the file system is read-only', ELOOP: 'too many links', ENOTDIR: 'a part of the path is not a folder', EEXIST: 'a part of the path is not a folder', EISDIR: 'it is a folder', EMFILE: 'too many open files', EIO: 'the disk failed' };
  const kind = ['EACCES', 'EPERM', 'ENOTDIR', 'EEXIST', 'EISDIR', 'ELOOP', 'EROFS'].includes(error.code ?? '') ? 'user' : 'external';
  return fail({ code: 'SC3613', kind, message: `Cannot ${what} ${path}: ${reasons[error.code ?? ''] ?? error.message}.`, next: [error.code === 'ENOSPC' ? 'Free some space and run the command again; the old file is unharmed.' : `Check ${path} and its folder.`], cause: error, ...(what === 'read' && kind === 'user' ? { location: startOf(path) } : {}) });
}
