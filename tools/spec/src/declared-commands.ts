import { Plugin } from '@oclif/core';
import type { CommandSpec } from './feature.js';

/**
 * What the command line's commands really declare: the data of its oclif manifest, made afresh in memory from the built
 * commands (a manifest file could be stale, so none is read or written).
 * @param root absolute folder of packages/cli
 */
export async function declaredCommands(root: string): Promise<Readonly<Record<string, CommandSpec>>> {
  const plugin = new Plugin({ root, type: 'core', ignoreManifest: true, errorOnManifestCreate: true, respectNoCacheDefault: true });
  await plugin.load();
  const commands = Object.values(plugin.manifest.commands).filter((command) => !command.hidden);
  return Object.fromEntries(
    commands.map((command) => {
      const { exitCodes } = command as { exitCodes?: readonly number[] };
      return [command.id.replaceAll(':', ' '), { flags: Object.keys(command.flags).sort(), exit_codes: [...(exitCodes ?? [])].sort((a, b) => a - b) }];
    }),
  );
}
