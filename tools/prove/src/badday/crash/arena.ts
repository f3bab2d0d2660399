import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { checkout, type Ran, type Stage } from '../../stage.js';
import { application, routedConfig } from './application.js';
import { writeShims } from './shims.js';

/** One instant of a command: the `nth` time that `key` is told. */
export interface Instant {
  readonly key: string;
  readonly nth: number;
}

/** What happens there: SIGKILL of the operator alone, of it and the script (as a power cut would), of the script alone; half a write before it; or a system call that fails. */
export type Fault = 'operator' | 'tree' | 'script' | 'torn' | `error:${string}:${string}`;

export interface Chosen extends Instant {
  readonly how: Fault;
}

export interface Faulty extends Ran {
  /** The chosen instant came. */
  readonly met: boolean;
  /** All instants that were told, in order. */
  readonly instants: readonly Instant[];
}

/** A project that serves, and the means to disturb whoever changes it. */
export interface Arena {
  readonly stage: Stage;
  readonly project: string;
  readonly composeProject: string;
  readonly port: number;
  /** The environment's folder on the host. */
  readonly state: string;
  /** What the application says by a release. */
  greetingOf(release: string): Promise<string>;
  /** Writes the application with another greeting. */
  change(): Promise<string>;
  run(args: readonly string[]): Promise<Ran>;
  /** Waits for the end of scripts that a dead operator began: they run on, and may write what decides how to go on. */
  scriptsEnded(): Promise<void>;
  /** Runs the command line with every instant told, and at the chosen one the fault. */
  faulty(args: readonly string[], chosen?: Chosen): Promise<Faulty>;
}

export async function arenaIn(stage: Stage, project: string, proxy: string): Promise<Arena> {
  const port = await stage.freePort();
  const state = join(stage.env['STAGECRAFT_HOST_DIR'] ?? '', project, 'prod');
  const faults = join(stage.folder, 'faults');
  const path = await writeShims(faults, join(state, 'journal.ndjson'), stage.env['PATH'] ?? '');
  await writeFile(join(faults, 'driver'), `${process.pid}\n`);
  const folder = join(stage.folder, 'project');
  await mkdir(folder, { recursive: true });
  stage.owns(`${project}-prod`);
  let release = 0;
  const write = async (files: Readonly<Record<string, string>>): Promise<void> => {
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  };
  await write({ ...routedConfig(project, proxy, port), ...application('1') });

  const command = (args: readonly string[], node: readonly string[], more: Readonly<Record<string, string>>): Promise<Ran> =>
    new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [...node, join(checkout, 'packages/cli/bin/run.js'), ...args], { cwd: folder, env: { ...stage.env, ...more }, stdio: ['ignore', 'pipe', 'pipe'] });
      let [stdout, stderr] = ['', ''];
      child.stdout.on('data', (part: Buffer) => (stdout += part.toString()));
      child.stderr.on('data', (part: Buffer) => (stderr += part.toString()));
      child.once('error', reject);
      child.once('close', (code, signal) => resolve({ exitCode: signal === 'SIGKILL' ? 137 : (code ?? -1), stdout, stderr, all: `${stdout}${stderr}` }));
    });

  return {
    stage,
    project,
    composeProject: `${project}-prod`,
    port,
    state,
    greetingOf: async (id) => /GREETING\W+(\w+)/.exec(await readFile(join(state, 'secrets', `${id}.yml`), 'utf8'))?.[1] ?? '',
    async change() {
      release += 1;
      await write(application(String(release)));
      return String(release);
    },
    run: (args) => command(args, [], {}),
    async scriptsEnded() {
      for (const until = Date.now() + 30_000; Date.now() < until && (await anyNames(state)); ) await sleep(50);
    },
    async faulty(args, chosen) {
      for (const name of ['log', 'met', 'done', 'target']) await rm(join(faults, name), { force: true });
      if (chosen) await writeFile(join(faults, 'target'), `${chosen.key}\n${chosen.nth}\n${chosen.how}\n`);
      const ran = await command(args, ['--import', fileURLToPath(new URL('./operator.mjs', import.meta.url))], { PATH: path, FAULTS: faults });
      return { ...ran, met: existsSync(join(faults, 'done')), instants: numbered(await readFile(join(faults, 'log'), 'utf8').catch(() => '')) };
    },
  };
}

/** Is there a process whose command line names the folder, as that of every script does? */
async function anyNames(folder: string): Promise<boolean> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  return lines.some((line) => line.includes(folder));
}

function numbered(log: string): readonly Instant[] {
  const times = new Map<string, number>();
  return log.split('\n').filter((line) => line !== '').map((key) => {
    const nth = (times.get(key) ?? 0) + 1;
    times.set(key, nth);
    return { key, nth };
  });
}
