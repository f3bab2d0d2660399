import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Setting } from './part.js';
import { run, type Ran } from './run.js';

/** Where one part plays: a folder, a name and a state folder of its own. */
export interface Scene {
  /** Random: whatever bears it is this scene's, and is removed with it. */
  readonly name: string;
  /** The project folder. */
  readonly folder: string;
  /** An empty home folder. */
  readonly home: string;
  /** The state folder, `STAGECRAFT_HOST_DIR`. */
  readonly host: string;
  readonly env: NodeJS.ProcessEnv;
  /** Writes a file below the project folder. */
  write(path: string, content: string): void;
  /** In the project folder, or in `cwd`. */
  run(argv: readonly string[], env?: NodeJS.ProcessEnv, cwd?: string): Promise<Ran>;
  stagecraft(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Ran>;
  /** Runs `docker ARGS` and gives the lines that it said. */
  docker(args: readonly string[]): Promise<readonly string[]>;
  /** Removes the folder, and what of this scene is on the engine. */
  clear(): Promise<void>;
}

export function setScene({ commandLine, engine, signal }: Setting): Scene {
  const name = `bench-${randomBytes(3).toString('hex')}`;
  const base = realpathSync(mkdtempSync(join(tmpdir(), `stagecraft-${name}-`)));
  const [folder, host, home] = [join(base, 'project'), join(base, 'host'), join(base, 'home')];
  for (const path of [folder, host, home]) mkdirSync(path);
  const mine = Object.fromEntries(Object.entries(process.env).filter(([key]) => !/^(STAGECRAFT_|npm_|COMPOSE_|NODE_OPTIONS$)/.test(key)));
  const env: NodeJS.ProcessEnv = { ...mine, ...engine?.env, STAGECRAFT_HOST_DIR: host, HOME: home, XDG_CACHE_HOME: home, XDG_CONFIG_HOME: home, XDG_DATA_HOME: home, NO_COLOR: '1', CI: 'true' };
  delete env['STAGECRAFT_TEST_ENGINE'];
  // What several projects of a host share is named after a hash of the state folder.
  const marks = [name, createHash('sha256').update(host).digest('hex').slice(0, 8)];
  const runHere: Scene['run'] = (argv, more = {}, cwd = folder) => run(argv, { cwd, env: { ...env, ...more }, signal });

  return {
    name,
    folder,
    home,
    host,
    env,
    write(path, content) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    },
    run: runHere,
    stagecraft: (args, more) => runHere([...commandLine, ...args], more),
    docker: async (args) => lines((await runHere(['docker', ...args])).stdout),
    async clear() {
      if (engine) await removeFromEngine(marks, { cwd: '/', env: { ...mine, ...engine.env } });
      rmSync(base, { recursive: true, force: true });
    },
  };
}

/** A port of loopback that nobody listens on. */
export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

const kinds = [
  { list: ['ps', '--all', '--no-trunc', '--format', '{{.ID}}\t{{.Names}}\t{{.Labels}}'], remove: ['rm', '--force', '--volumes'] },
  { list: ['network', 'ls', '--no-trunc', '--format', '{{.ID}}\t{{.Name}}\t{{.Labels}}'], remove: ['network', 'rm'] },
  { list: ['volume', 'ls', '--format', '{{.Name}}\t{{.Name}}\t{{.Labels}}'], remove: ['volume', 'rm', '--force'] },
] as const;

/** Without the signal: what was begun is cleaned up after an interrupt, too. */
async function removeFromEngine(marks: readonly string[], where: { readonly cwd: string; readonly env: NodeJS.ProcessEnv }): Promise<void> {
  for (const { list, remove } of kinds) {
    const ids = lines((await run(['docker', ...list], where)).stdout).flatMap((line) => (marks.some((mark) => line.includes(mark)) ? [line.split('\t')[0] ?? ''] : []));
    if (ids.length > 0) await run(['docker', ...remove, ...ids], where);
  }
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}
