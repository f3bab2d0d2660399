import { stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { fail } from '@stagecraft/core/host';

export interface Project {
  /** Absolute. */
  readonly folder: string;
  /** Name of the config in it. */
  readonly config: string;
}

const configName = 'stagecraft.yml';
/** What a deploy leaves in the project: enough for a rollback where nothing else is left of it. */
const lastDeploy = join('.stagecraft', 'serving.json');

/**
 * The project that a command is for: the folder of `--config`, else the nearest folder with a `stagecraft.yml`, from here upwards, else the nearest one
 * that was deployed from.
 * @throws StagecraftError `user` when there is none.
 */
export async function findProject(cwd: string, config: string | undefined): Promise<Project> {
  if (config !== undefined) return namedProject(cwd, config);
  const folder = (await nearestWith(cwd, configName)) ?? (await nearestWith(cwd, lastDeploy));
  if (folder !== undefined) return { folder, config: configName };
  throw fail({
    code: 'SC5411',
    kind: 'user',
    message: `there is no ${configName} in this folder, nor in one above it`,
    next: ['stagecraft init', 'or name the file: stagecraft ... --config FILE'],
  });
}

async function nearestWith(cwd: string, path: string): Promise<string | undefined> {
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    if (await exists(join(folder, path))) return folder;
    if (folder === dirname(folder)) return undefined;
  }
}

/** The project of a command that makes the config, or can do without one. */
export async function projectHere(cwd: string, config: string | undefined): Promise<Project> {
  const file = resolve(cwd, config ?? configName);
  return { folder: dirname(file), config: basename(file) };
}

async function namedProject(cwd: string, config: string): Promise<Project> {
  const file = resolve(cwd, config);
  if (await exists(file)) return { folder: dirname(file), config: basename(file) };
  throw fail({ code: 'SC5411', kind: 'user', message: `there is no file ${config}, which --config (or STAGECRAFT_CONFIG) names`, next: [`stagecraft init --config ${config}`] });
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return false;
    // A link to itself is there: who reads it says what is wrong with it.
    if (code === 'ELOOP') return true;
    throw fail({ code: 'SC5411', kind: 'user', message: `${path} cannot be read: ${code === 'EACCES' ? 'permission denied' : message}`, next: ['ls -l the path, and mend it'], location: { file: path, line: 1, column: 1 }, cause: error });
  }
}
