import { posix } from 'node:path';
import type { Files } from '../ports/files.js';

export interface Walked {
  /** Relative paths, sorted. */
  readonly files: readonly string[];
  readonly folders: readonly string[];
}

const skipped = new Set(['node_modules', 'vendor', 'dist', 'build', 'target', 'venv', '__pycache__', 'coverage', 'tmp']);
const deepest = 5;
const mostFolders = 1000;

/** The folders and files of a project that people write: no dependencies, no outputs, nothing hidden. Breadth first, and bounded. */
export async function walkProject(files: Files): Promise<Walked> {
  const found: { files: string[]; folders: string[] } = { files: [], folders: [] };
  let level = ['.'];
  for (let depth = 0; depth <= deepest && level.length > 0 && found.folders.length < mostFolders; depth += 1) {
    const next: string[] = [];
    for (const folder of level) {
      // What cannot be listed is not for us.
      for (const { name, kind } of await files.list(folder).catch(() => [])) {
        const path = posix.join(folder, name);
        if (kind === 'file') found.files.push(path);
        if (kind !== 'folder' || name.startsWith('.') || skipped.has(name)) continue;
        found.folders.push(path);
        next.push(path);
      }
    }
    level = next;
  }
  return { files: found.files.sort(), folders: found.folders.sort() };
}
