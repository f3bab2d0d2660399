import { fail } from '../errors/index.js';
import { quote } from '../hosts/quote.js';

export interface Upload {
  /** Relative to the environment's folder; never with `..`. */
  readonly path: string;
  readonly content: string | Uint8Array;
  /** Permission bits; 0600 where they are not given. */
  readonly mode: number;
}

/**
 * The part of a script that publishes files from its standard input, and that input. Contents never stand in the script: argv is visible to others.
 * Each is counted before it is published, so a connection that broke leaves nothing half.
 */
export function uploadScript(files: readonly Upload[]): { readonly script: string; readonly stdin: string } {
  const parts: string[] = [];
  const made = new Set<string>();
  const lines = files.map(({ path: given, content, mode }) => {
    const path = insidePath(given);
    const bytes = typeof content === 'string' ? Buffer.from(content) : Buffer.from(content.buffer, content.byteOffset, content.byteLength);
    const text = bytes.toString('utf8');
    const plain = Buffer.from(text).equals(bytes);
    const sent = plain ? text : bytes.toString('base64');
    parts.push(sent);
    const folder = path.slice(0, Math.max(0, path.lastIndexOf('/')));
    const first = folder !== '' && !made.has(folder);
    made.add(folder);
    return `${first ? folderOf(folder) : ''}head -c ${Buffer.byteLength(sent)} ${plain ? '' : '| base64 -d '}| publish "$E"/${quote(path)} ${mode.toString(8)} ${bytes.length} || exit 71`;
  });
  return { script: lines.join('\n'), stdin: parts.join('') };
}

/** @throws StagecraftError `bug` for a path that leaves the folder. */
export function insidePath(path: string): string {
  if (path.split('/').some((part) => part === '' || part === '.' || part === '..' || part.includes('\0'))) {
    throw fail({ code: 'SC3018', kind: 'bug', message: `${JSON.stringify(path)} is not a path inside the environment's folder.` });
  }
  return path;
}

/**
 * Folders are ours alone, but for those inside of what a container mounts: `files/<digest>/conf/…` is for whatever user the container has.
 * `files/<digest>` itself stays closed: secret files in it are readable to all who get that far. Their names are on the disk before a file in them is: a file
 * that is safe in a folder that is not would be gone after a power cut.
 */
function folderOf(folder: string): string {
  const parts = folder.split('/');
  const closed = parts[0] === 'files' ? parts.slice(0, 2) : parts;
  const make = `mkdir -p "$E"/${quote(closed.join('/'))} && `;
  const open = closed.length === parts.length ? '' : `(umask 022; mkdir -p "$E"/${quote(folder)}) && `;
  const above = parts.map((_, index) => `"$E"${index === 0 ? '' : `/${quote(parts.slice(0, index).join('/'))}`}`);
  return `${make}${open}sync ${above.join(' ')} && `;
}
