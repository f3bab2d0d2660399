import type { Interfaces } from '@oclif/core';
import { nearest } from '@stagecraft/core/host';
import { Config, run, settings } from './oclif.js';
import { failureOf } from './base/failure.js';
import { readMode } from './base/mode.js';
import { openSession } from './base/session.js';
import { withWorld, type World } from './base/world.js';

export interface ProgramOptions {
  /** Folder with `commands/` and `help/`. */
  readonly root: string;
  /** package.json of this package. */
  readonly manifest: Readonly<Record<string, unknown>>;
  readonly world: World;
}

/** One run of the command line; the exit code is left in the world. Never throws. */
export async function program(argv: readonly string[], options: ProgramOptions): Promise<void> {
  try {
    if (argv.length === 1 && argv[0] === '--version') options.world.stdout.write(`${versionLine(options.manifest)}\n`);
    else await run([...argv], loadOptions(options));
  } catch (error) {
    await failed(error, argv, options);
  }
}

/** oclif's view of this program: commands, plugins, topics. */
export function loadOptions({ root, manifest, world }: ProgramOptions): Interfaces.LoadOptions {
  // Sources are run by a loader that the caller chose; oclif must look for none.
  settings.enableAutoTranspile = false;
  return withWorld({ root, pjson: structuredClone(manifest) as never }, world);
}

function versionLine(manifest: Readonly<Record<string, unknown>>): string {
  return `stagecraft/${String(manifest['version'])} ${process.platform}-${process.arch} node-${process.version}`;
}

/** What goes wrong outside a command: an unknown one, a broken installation. */
async function failed(error: unknown, argv: readonly string[], options: ProgramOptions): Promise<void> {
  const { manifest, world } = options;
  const { mode, flags } = readMode(argv, world.env);
  const session = openSession(world, {
    command: '',
    version: String(manifest['version']),
    mode,
    verbose: flags.verbose === true,
    colour: flags['no-color'] !== true,
    yes: false,
    mutates: false,
    environment: undefined,
  });
  await session.fail(failureOf(error, { command: '', meant: await commandMeant(error, options) }));
}

/** For a command that is not there: the one that was meant. */
async function commandMeant(error: unknown, options: ProgramOptions): Promise<string | undefined> {
  const id = error instanceof Error ? /^Command (.+) not found\.?$/i.exec(error.message)?.[1] : undefined;
  if (id === undefined) return undefined;
  const config = await Config.load(loadOptions(options));
  return nearest(id.replaceAll(':', ' '), config.commandIDs.map((known) => known.replaceAll(':', ' ')).sort());
}
