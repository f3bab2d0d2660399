import { readManifest } from '../../../packages/cli/src/manifest.js';
import type { CommandSpec } from './feature.js';

/**
 * What the command line's commands really declare: the data of its oclif manifest, made afresh in memory (a manifest
 * file could be stale, so none is read or written).
 * @param root absolute folder whose `commands` are read: packages/cli/src, or packages/cli/dist
 */
export async function declaredCommands(root: string): Promise<Readonly<Record<string, CommandSpec>>> {
  const { commands } = await readManifest(root);
  return Object.fromEntries(
    Object.values(commands)
      .filter((command) => command.hidden !== true)
      .map((command) => [command.id.replaceAll(':', ' '), { flags: Object.keys(command.flags).sort(), exit_codes: [...command.exitCodes].sort((a, b) => a - b) }]),
  );
}
