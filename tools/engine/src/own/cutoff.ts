import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** How the name of a folder begins that is being made. It gets its name when it is whole. */
export const WORK = '.new-';

/** Removes what makers that were cut off have left. Only while holding the lock under which things are made there. */
export function removeCutOff(folder: string): void {
  for (const name of readdirSync(folder)) if (name.startsWith(WORK)) rmSync(join(folder, name), { recursive: true, force: true });
}
