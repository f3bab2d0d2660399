import { afterAll, beforeAll } from '@jest/globals';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { attempt, must, type ExecOptions, type Ran } from '../src/exec.js';
import { belongings, remove, type Belonging } from './belongings.js';
import { engineEnv, engineSocket } from './engine-test.js';

/** A name, a folder and an environment that are a test's own; what bears the name is removed after it. */
export interface Scratch {
  /** Unique, and fit for a Compose project: `sc` and ten characters. */
  readonly project: string;
  /** The value of STAGECRAFT_HOST_DIR: a folder that is there, of this scope alone. */
  readonly hostDir: string;
  /** A folder for the test's own files. */
  readonly dir: string;
  /** For child processes: DOCKER_HOST and STAGECRAFT_HOST_DIR are set. */
  readonly env: NodeJS.ProcessEnv & { DOCKER_HOST: string; STAGECRAFT_HOST_DIR: string };
  /** Runs `docker ARGS`; answers what it said. Throws where it fails. */
  docker(args: readonly string[], options?: ExecOptions): Promise<string>;
  /** Runs `docker ARGS` and tells how it went. */
  tryDocker(args: readonly string[], options?: ExecOptions): Promise<Ran>;
  /** What of this scope is on the engine now. */
  left(): Promise<Belonging[]>;
}

export interface ScratchOptions {
  /** Fails where something but images is left after the tests; it is removed all the same. */
  mustBeEmpty?: boolean;
  /** More words that make something this scope's own, such as the short hash of the host folder. */
  marks?: (hostDir: string) => readonly string[];
}

/**
 * A scope for the tests of the `describe` (or file) it is called in. Jest runs hooks in the order in which they are registered:
 * an `afterAll` that ends something of this scope is registered before this call.
 */
export function scratch(options: ScratchOptions = {}): Scratch {
  const project = `sc${randomBytes(5).toString('hex')}`;
  let base: string | undefined;
  const folder = (name: string): string => {
    if (!base) throw new Error('a scratch scope is there in hooks and tests only');
    return join(base, name);
  };
  const env = (): Scratch['env'] => ({ ...engineEnv(), STAGECRAFT_HOST_DIR: folder('host') });
  const left = async (): Promise<Belonging[]> => belongings(engineSocket(), [project, dirHash(folder('host')), ...(options.marks?.(folder('host')) ?? [])], base);

  beforeAll(async () => {
    base = realpathSync(mkdtempSync(join(tmpdir(), `${project}-`)));
    await must('mkdir', [folder('host'), folder('files')]);
  });
  afterAll(async () => {
    if (!base) return;
    const found = await left();
    for (const one of found) await remove(engineSocket(), one);
    await removeFolder(base, engineEnv());
    const kept = found.filter((one) => one.kind !== 'image');
    if (options.mustBeEmpty && kept.length > 0) throw new Error(`left on the engine: ${kept.map((one) => `${one.kind} ${one.name}`).join(', ')}`);
  });

  return {
    project,
    get hostDir() {
      return folder('host');
    },
    get dir() {
      return folder('files');
    },
    get env() {
      return env();
    },
    docker: (args, more) => must('docker', args, { env: env(), cwd: folder('files'), ...more }),
    tryDocker: (args, more) => attempt('docker', args, { env: env(), cwd: folder('files'), ...more }),
    left,
  };
}

/** What Stagecraft calls a host folder in names and labels: a network may outlive every container that tells of its folder. */
function dirHash(folder: string): string {
  return createHash('sha256').update(folder).digest('hex').slice(0, 8);
}

/** Containers write as root into what they are given; who runs the tests may be somebody else. */
async function removeFolder(folder: string, env: NodeJS.ProcessEnv): Promise<void> {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {
    await must('docker', ['run', '--rm', '--volume', `${folder}:/scratch`, 'busybox:1.35', 'sh', '-c', 'rm -rf /scratch/host /scratch/files'], { env });
    rmSync(folder, { recursive: true, force: true });
  }
}
