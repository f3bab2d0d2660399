import type { Files } from '../ports/files.js';

const ignored = `# Made by stagecraft. Everything here can be made again from the hosts, or is yours alone.
*
!.gitignore
`;

/** Makes `.stagecraft/` with a `.gitignore` of its own, so that no project has to name it. A `.gitignore` that is there is yours and stays. */
export async function ensureProjectFolder(files: Pick<Files, 'stat' | 'write'>, folder = '.stagecraft'): Promise<void> {
  if ((await files.stat(`${folder}/.gitignore`)) === undefined) await files.write(`${folder}/.gitignore`, ignored, 0o644);
}
