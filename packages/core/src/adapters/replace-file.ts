import { randomBytes } from 'node:crypto';
import { link, open, readdir, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/**
 * Replaces a file so that a crash or a full disk at any instant leaves the old content or the new one: temp file with `wx` and 0600 in the same folder,
 * written, fsynced, closed, renamed, folder fsynced.
 */
export async function replaceFile(path: string, content: string | Uint8Array, mode: number): Promise<void> {
  const temp = await writeTemp(path, content, mode);
  try {
    await rename(temp, path);
  } catch (error) {
    await unlink(temp).catch(() => {});
    throw error;
  }
  await syncFolder(dirname(path));
}

/** Publishes a new file whole. Of many that try at once, one gets true; the others change nothing. */
export async function claimFile(path: string, content: string): Promise<boolean> {
  const temp = await writeTemp(path, content, 0o600);
  try {
    await link(temp, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await unlink(temp).catch(() => {});
  }
}

async function writeTemp(path: string, content: string | Uint8Array, mode: number): Promise<string> {
  const temp = join(dirname(path), `.${basename(path).slice(0, 100)}.${process.pid}-${randomBytes(6).toString('hex')}.stagecraft-temp`);
  const handle = await open(temp, 'wx', 0o600);
  try {
    try {
      await handle.writeFile(content);
      if (mode !== 0o600) await handle.chmod(mode);
      await handle.sync();
    } finally {
      await handle.close();
    }
    return temp;
  } catch (error) {
    await unlink(temp).catch(() => {});
    throw error;
  }
}

/** Makes a rename, link or unlink in the folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } catch (error) {
    // Some network file systems cannot fsync a folder; there is nothing more to do.
    if (!['EINVAL', 'ENOTSUP', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  } finally {
    await handle.close();
  }
}

const minute = 60_000;

/** Removes what killed processes left behind. A living process's temp file is never older than a moment. */
export async function sweepTemps(folder: string, now: number = Date.now()): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const pid = /^\..*\.(\d+)-[0-9a-f]{12}\.stagecraft-temp$/.exec(name)?.[1];
    if (pid === undefined) continue;
    const path = join(folder, name);
    const age = now - (await stat(path).then((found) => found.mtimeMs, () => now));
    // A pid of another namespace may look dead: so it also has to be a minute old.
    if (age > (alive(Number(pid)) ? 24 * 60 * minute : minute)) await unlink(path).catch(() => {});
  }
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
