import { constants } from 'node:fs';
import { access, open, stat } from 'node:fs/promises';
import { fail } from '../errors/index.js';
import { quote } from '../hosts/quote.js';
import type { HostFiles } from '../plugin-api/host.js';
import type { Files } from '../ports/files.js';
import type { Shell } from '../ports/shell.js';
import { createFiles } from './files.js';
import type { LocalShell } from './shell.js';

/** Files of the host by absolute path: by this machine's own files where it is the host, else through the host's shell. */
export function hostFiles(access: Files | Shell): HostFiles {
  if (!('run' in access)) return localFiles(access);
  return isLocal(access) ? { ...localFiles(createFiles('/')), readFrom: readLocalFrom } : shellFiles(access);
}

// A look through a shell costs some milliseconds, and the exit file of a step is looked at often.
function isLocal(shell: Shell | LocalShell): boolean {
  return 'local' in shell;
}

/** True when the folder is there and this process may make files in it. */
export async function isWritableFolder(path: string): Promise<boolean> {
  const folder = await stat(path).then((found) => found.isDirectory(), () => false);
  return folder && (await access(path, constants.W_OK | constants.X_OK).then(() => true, () => false));
}

const largest = 256 * 1024 * 1024;

function localFiles(files: Files): HostFiles {
  return {
    // A journal of ten thousand releases is some hundred megabytes.
    read: (path) => files.read(path, largest),
    write: (path, content, mode) => files.write(path, content, mode),
    list: async (path) => (await files.list(path)).map((entry) => entry.name),
  };
}

async function readLocalFrom(path: string, offset: number, limit: number): Promise<Uint8Array> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw fail({ code: 'SC3614', kind: 'external', message: `${path} could not be read: ${error.code ?? ''}`, next: ['Check the file and its owner.'], cause: error });
  });
  if (file === undefined) return new Uint8Array();
  try {
    const size = Math.max(0, Math.min(limit, (await file.stat()).size - offset));
    const { bytesRead, buffer } = await file.read(Buffer.alloc(size), 0, size, offset);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

function shellFiles(shell: Shell): HostFiles {
  const run = async (script: string, path: string, stdin?: string): Promise<string> => {
    const result = await shell.run(script, stdin === undefined ? { again: true } : { stdin });
    if (result.exitCode !== 0) {
      throw fail({ code: 'SC3614', kind: 'external', message: `Files at ${path} on the host could not be reached: ${result.stderr.trim().split('\n').at(-1) ?? ''}`, next: ['Check the folder on the host and its owner.'] });
    }
    return result.stdout;
  };
  return {
    // The mark tells an empty file from none.
    async read(path) {
      const p = quote(path);
      const text = await run(`[ -e ${p} ] || exit 0; printf +; exec cat ${p}`, path);
      return text === '' ? undefined : text.slice(1);
    },
    async write(path, content, mode = 0o644) {
      const p = quote(path);
      // The count guards against a connection that broke in the middle.
      await run(`set -e; t=${p}.$$.stagecraft-temp; umask 077; mkdir -p "$(dirname ${p})"; trap 'rm -f "$t"' EXIT; cat >"$t"; [ "$(wc -c <"$t")" -eq ${Buffer.byteLength(content)} ]; chmod ${mode.toString(8)} "$t"; sync "$t"; mv -f "$t" ${p}; sync "$(dirname ${p})"`, path, content);
    },
    list: async (path) => (await run(`[ -d ${quote(path)} ] || exit 0; exec ls -A ${quote(path)}`, path)).split('\n').filter((name) => name !== '').sort(),
  };
}
