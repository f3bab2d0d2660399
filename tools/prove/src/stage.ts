import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Engine } from '@stagecraft-tools/engine';

export const checkout = fileURLToPath(new URL('../../../', import.meta.url));

export interface Ran {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Both, for messages. */
  readonly all: string;
}

/** Where one point plays: an empty folder, the real command line, a real engine, a state folder of its own. */
export interface Stage {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  /** Writes files below the folder. */
  write(files: Readonly<Record<string, string>>): Promise<void>;
  /** The built command line, for those who start it in a way of their own. */
  readonly program: string;
  /** Runs the built command line in the folder. */
  stagecraft(args: readonly string[], options?: { readonly env?: Readonly<Record<string, string | undefined>> }): Promise<Ran>;
  /** Starts it and lets it run. */
  begin(args: readonly string[]): ChildProcess;
  run(argv: readonly string[], options?: { readonly cwd?: string; readonly env?: Readonly<Record<string, string | undefined>> }): Promise<Ran>;
  docker(args: readonly string[]): Promise<string>;
  /** Ids of the running containers of a project's service. */
  running(composeProject: string, service: string): Promise<readonly string[]>;
  /** A port that nobody listens on. */
  freePort(): Promise<number>;
  /** Takes away everything that the state folder's labels and the projects named here have on the engine. */
  clear(): Promise<void>;
  /** Names a Compose project that `clear` takes away. */
  owns(composeProject: string): void;
}

export function stage(folder: string, engine: { readonly env: Engine['env'] | Readonly<Record<string, string>> }): Stage {
  const env: Record<string, string> = { ...(process.env as Record<string, string>), ...engine.env, STAGECRAFT_HOST_DIR: join(folder, 'host'), HOME: join(folder, 'home'), NO_COLOR: '1', CI: 'true' };
  for (const name of Object.keys(env))
    // What a package manager tells its scripts (that dependencies were looked after, above all) is not true of another folder.
    if (/^(npm_|pnpm_|STAGECRAFT_(?!HOST_DIR))/i.test(name)) delete env[name];
  const projects = new Set<string>();
  const bin = join(checkout, 'packages/cli/bin/run.js');

  const run: Stage['run'] = (argv, options = {}) =>
    new Promise((resolve, reject) => {
      const [program = '', ...args] = argv;
      const child = spawn(program, args, { cwd: options.cwd ?? folder, env: defined({ ...env, ...options.env }), stdio: ['ignore', 'pipe', 'pipe'] });
      let stdout = '';
      let stderr = '';
      child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
      child.once('error', reject);
      child.once('close', (code) => resolve({ exitCode: code ?? 137, stdout, stderr, all: `${stdout}${stderr}` }));
    });
  const docker: Stage['docker'] = async (args) => {
    const ran = await run(['docker', ...args]);
    if (ran.exitCode !== 0) throw new Error(`docker ${args.join(' ')}: ${ran.stderr.trim()}`);
    return ran.stdout.trim();
  };
  const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '');

  return {
    folder,
    env,
    program: bin,
    run,
    docker,
    owns: (project) => void projects.add(project),
    async write(files) {
      for (const [path, content] of Object.entries(files)) {
        await mkdir(dirname(join(folder, path)), { recursive: true });
        await writeFile(join(folder, path), content);
      }
    },
    stagecraft: (args, options) => run([process.execPath, bin, ...args], options),
    begin: (args) => spawn(process.execPath, [bin, ...args], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] }),
    running: async (project, service) => lines(await docker(['ps', '-q', '--no-trunc', '--filter', `label=com.docker.compose.project=${project}`, '--filter', `label=com.docker.compose.service=${service}`])).sort(),
    freePort: () =>
      new Promise((resolve, reject) => {
        const server = createServer();
        server.once('error', reject);
        server.listen(0, '127.0.0.1', () => {
          const address = server.address();
          server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
        });
      }),
    async clear() {
      // What the state folder owns bears its hash, as core names it.
      const dir = createHash('sha256').update(join(folder, 'host')).digest('hex').slice(0, 8);
      const filters = [...projects, `stagecraft-proxy-${dir}`].map((project) => `label=com.docker.compose.project=${project}`);
      const containers = (await Promise.all([...filters, `label=stagecraft.dir=${dir}`].map((filter) => docker(['ps', '-aq', '--filter', filter])))).flatMap(lines);
      const all = [...new Set(containers)];
      if (all.length > 0) await docker(['rm', '-f', '-v', ...all]);
      const names = new Set([...projects].flatMap((project) => [`${project}-edge`]).concat(`00stagecraft-${dir}`));
      const byLabel = (await Promise.all(filters.map((filter) => docker(['network', 'ls', '-q', '--filter', filter])))).flatMap(lines);
      const byName = lines(await docker(['network', 'ls', '--format', '{{.ID}} {{.Name}}'])).flatMap((line) => (names.has(line.split(' ')[1] ?? '') ? [line.split(' ')[0] ?? ''] : []));
      const networks = [...new Set([...byLabel, ...byName])];
      if (networks.length > 0) await docker(['network', 'rm', ...networks]);
      const volumes = (await Promise.all(filters.map((filter) => docker(['volume', 'ls', '-q', '--filter', filter])))).flatMap(lines);
      if (volumes.length > 0) await docker(['volume', 'rm', ...volumes]);
      const images = (await Promise.all([...projects].map((project) => docker(['images', '-q', '--filter', `label=stagecraft.project=${project.replace(/-[^-]+$/, '')}`])))).flatMap(lines);
      if (images.length > 0) await docker(['rmi', '-f', ...new Set(images)]);
    },
  };
}

function defined(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
