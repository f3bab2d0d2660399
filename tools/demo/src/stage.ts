import { createHash, randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Engine } from '@stagecraft-tools/engine';
import { freePort } from './port.js';
import { remainsOf } from './remains.js';
import { run } from './run.js';
import { showCommand } from './say.js';

const checkout = fileURLToPath(new URL('../../../', import.meta.url));

/** Where the demo plays: a copy of the example under a name of its own, with its own state folder, on ports that nobody uses. */
export interface Stage {
  /** The copy of the example. */
  readonly folder: string;
  readonly project: string;
  /** Where the proxy listens. */
  readonly url: string;
  /** Shows and runs a command of the command line. */
  stagecraft(args: readonly string[]): Promise<void>;
  /** Shows and makes a change that a developer would make. */
  edit(path: string, from: string, to: string): void;
  /** Removes everything; gives what could not be removed. */
  clear(): Promise<readonly string[]>;
}

export interface StageOptions {
  readonly proxy: 'traefik' | 'haproxy';
  readonly signal: AbortSignal;
}

export async function setStage(engine: Pick<Engine, 'env'>, { proxy, signal }: StageOptions): Promise<Stage> {
  // Random, so that it meets nothing of yours: it names images, containers, networks and volumes.
  const project = `demo-${randomBytes(3).toString('hex')}`;
  const base = realpathSync(mkdtempSync(join(tmpdir(), `stagecraft-${project}-`)));
  const [folder, host, notes] = [join(base, 'basic-node'), join(base, 'host'), join(base, 'notes')];
  cpSync(join(checkout, 'examples/basic-node'), folder, { recursive: true, filter: (path) => !path.endsWith('.stagecraft') });
  mkdirSync(host, { mode: 0o700 });
  replaceIn(join(folder, 'stagecraft.yml'), 'name: basic-node', `name: ${project}`);
  const port = await freePort(8080);
  if (port !== 8080) replaceIn(join(folder, 'stagecraft.yml'), 'http: 8080', `http: ${port}`);

  const mine = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('STAGECRAFT_') && name !== 'APP_VERSION'));
  const env: NodeJS.ProcessEnv = {
    ...mine,
    ...engine.env,
    STAGECRAFT_HOST_DIR: host,
    ...(proxy === 'traefik' ? {} : { STAGECRAFT_PROXY_PROVIDER: proxy }),
    // What the command line keeps for its user goes with the demo.
    XDG_CACHE_HOME: notes,
    XDG_CONFIG_HOME: notes,
    XDG_DATA_HOME: notes,
  };
  // Names that several projects on a host share end with a hash of the state folder.
  const remains = remainsOf([project, createHash('sha256').update(host).digest('hex').slice(0, 8)], { ...mine, ...engine.env });

  return {
    folder,
    project,
    url: `http://127.0.0.1:${port}/`,
    async stagecraft(args) {
      showCommand(['stagecraft', ...args].join(' '));
      await run([process.execPath, join(checkout, 'packages/cli/bin/run.js'), ...args], { cwd: folder, env, signal });
    },
    edit(path, from, to) {
      showCommand(`sed -i 's/${from}/${to}/' ${path}`);
      replaceIn(join(folder, path), from, to);
    },
    async clear() {
      await remains.remove();
      rmSync(base, { recursive: true, force: true });
      return [...(await remains.list()), ...(existsSync(base) ? [`folder ${base}`] : [])];
    },
  };
}

function replaceIn(path: string, from: string, to: string): void {
  const text = readFileSync(path, 'utf8');
  if (!text.includes(from)) throw new Error(`${path} does not hold ${from}`);
  writeFileSync(path, text.replace(from, to));
}
