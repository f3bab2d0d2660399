import { fail } from '../errors/index.js';
import type { Files } from '../ports/files.js';
import { ensureProjectFolder } from '../protocol/project-folder.js';

/**
 * Makes `.stagecraft/` in the project folder; made again, nothing changes.
 * @returns what was written, relative to the project folder
 * @throws StagecraftError `user` SC5205 where something else has that name
 */
export async function createStagecraftDir(files: Files): Promise<readonly string[]> {
  const there = await files.stat('.stagecraft');
  if (there !== undefined && there.kind !== 'folder') {
    throw fail({ code: 'SC5205', kind: 'user', message: '.stagecraft is no folder; Stagecraft keeps its notes in a folder of that name.', next: ['Move the file .stagecraft away.'], location: { file: '.stagecraft', line: 1, column: 1 } });
  }
  const written = (await files.stat('.stagecraft/.gitignore')) === undefined ? ['.stagecraft/.gitignore'] : [];
  await ensureProjectFolder(files);
  return written;
}
