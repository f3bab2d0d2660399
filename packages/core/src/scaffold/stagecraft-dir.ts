import { fail } from '../errors/index.js';
import type { Files } from '../ports/files.js';

const ignore = `# Stagecraft's own notes: a cache of the history and what was rendered last. Safe to delete; nothing here is needed to deploy.
*
!.gitignore
`;

/**
 * Makes `.stagecraft/` in the project folder, with a `.gitignore` of its own. Made again, nothing changes: one that is there stays as it is.
 * @returns what was written, relative to the project folder
 * @throws StagecraftError `user` SC5205 where something else has that name
 */
export async function createStagecraftDir(files: Files): Promise<readonly string[]> {
  const there = await files.stat('.stagecraft');
  if (there !== undefined && there.kind !== 'folder') {
    throw fail({ code: 'SC5205', kind: 'user', message: '.stagecraft is no folder; Stagecraft keeps its notes in a folder of that name.', next: ['Move the file .stagecraft away.'], location: { file: '.stagecraft', line: 1, column: 1 } });
  }
  const path = '.stagecraft/.gitignore';
  if ((await files.stat(path)) !== undefined) return [];
  await files.write(path, ignore);
  return [path];
}
