import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkout, type Ran, type Stage } from '../../stage.js';

/** Somebody who deploys: a folder of the project of their own, as after a clone. All act on the same hosts. */
export interface Operator {
  readonly name: string;
  readonly folder: string;
  write(files: Readonly<Record<string, string>>): Promise<void>;
  stagecraft(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ran>;
  /** Starts it and lets it run. */
  begin(args: readonly string[], env?: Readonly<Record<string, string>>): Running;
}

export interface Running {
  readonly child: ChildProcess;
  /** What it has printed so far, both streams. */
  printed(): string;
  readonly ended: Promise<Ran>;
}

export const cli = join(checkout, 'packages/cli/bin/run.js');

/** @param more of the environment; undefined: not set. */
export async function operator(stage: Stage, name: string, more: Readonly<Record<string, string | undefined>> = {}): Promise<Operator> {
  const folder = join(stage.folder, name);
  await mkdir(folder, { recursive: true });
  const own = (env: Readonly<Record<string, string>> = {}): Record<string, string> => Object.fromEntries(Object.entries({ ...stage.env, USER: name, ...more, ...env }).filter((entry): entry is [string, string] => entry[1] !== undefined));
  return {
    name,
    folder,
    write: async (files) => {
      for (const [path, content] of Object.entries(files)) await writeFile(join(folder, path), content);
    },
    stagecraft: (args, env) => started(process.execPath, [cli, ...args], folder, own(env)).ended,
    begin: (args, env) => started(process.execPath, [cli, ...args], folder, own(env)),
  };
}

export function started(program: string, args: readonly string[], cwd: string, env: Readonly<Record<string, string>>): Running {
  const child = spawn(program, [...args], { cwd, env: { ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  let all = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
    all += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
    all += chunk.toString();
  });
  const ended = new Promise<Ran>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ exitCode: code ?? (signal === 'SIGKILL' ? 137 : 128), stdout, stderr, all }));
  });
  return { child, printed: () => all, ended };
}

/**
 * A project of one service that is healthy only once somebody lets it be: so a deploy lasts as long as it is to.
 * @param stubborn it does not heed SIGTERM, so its stop takes the eight seconds of its grace.
 */
export function held(project: string, by: string, stubborn = false): Readonly<Record<string, string>> {
  return {
    'stagecraft.yml': `version: 1\nproject: { name: ${project} }\nenvironments:\n  prod: { driver: local }\nservices: { app: { rollout: { health_timeout: 5m } } }\n`,
    'docker-compose.yml': [
      'services:', '  app:', '    image: busybox:1.35', '    command: [sleep, "3600"]', `    init: ${!stubborn}`, `    stop_grace_period: ${stubborn ? 8 : 1}s`,
      `    environment: { BY: "${by}" }`, '    healthcheck: { test: [CMD, test, -e, /tmp/open], interval: 200ms, retries: 3000 }', '',
    ].join('\n'),
  };
}

/** Lets every container of the service be healthy that runs now. */
export async function open(stage: Stage, composeProject: string): Promise<void> {
  for (const id of await stage.running(composeProject, 'app')) await stage.run(['docker', 'exec', id, 'touch', '/tmp/open']);
}

/** A command that is carried to its end: whatever it brings up is let be healthy. */
export async function carried(stage: Stage, composeProject: string, running: Running): Promise<Ran> {
  let over = false;
  const ended = running.ended.finally(() => (over = true));
  while (!over) {
    await open(stage, composeProject);
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 200))]);
  }
  return ended;
}

/** Waits until it holds. @throws when it does not within a minute and a half. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 90_000; Date.now() < end; ) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${what} did not come within 90 s`);
}
