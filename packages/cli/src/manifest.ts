import { Plugin, settings, type Interfaces } from '@oclif/core';
import type { ExitCode } from '@stagecraft/core';
import { packageJson } from './package-json.js';

/** A command as its class declares it: what `--help`, completion, docs and the checks of specs read. */
export type CommandEntry = Interfaces.Manifest['commands'][string] & { readonly exitCodes: readonly ExitCode[]; readonly mutates: boolean };

export interface CommandManifest {
  readonly version: string;
  /** By id, as in `releases:list`. */
  readonly commands: Readonly<Record<string, CommandEntry>>;
}

/** Reads the commands under `root`: this folder for the sources, `dist` for a build. @throws Error when one of them cannot be loaded. */
export async function readManifest(root: string): Promise<CommandManifest> {
  settings.enableAutoTranspile = false;
  const plugin = new Plugin({ isRoot: true, root, pjson: packageJson(root), ignoreManifest: true, errorOnManifestCreate: true } as never);
  await plugin.load();
  const commands = Object.entries(plugin.manifest.commands).sort(([a], [b]) => (a < b ? -1 : 1));
  return { version: plugin.manifest.version, commands: Object.fromEntries(commands) as CommandManifest['commands'] };
}
