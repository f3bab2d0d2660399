import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createExec, createFiles, isStagecraftError, systemClock, deploy, rollback, type DeployOptions, type DeployResult, type Event, type RollbackOptions, type StagecraftError, type Workspace } from '@stagecraft/core';
import type { Scratch } from '@stagecraft-tools/engine/test-support';

/** A project folder, the real engine, and everything that was told. */
export interface Stage {
  readonly ws: Workspace;
  readonly events: Event[];
  write(files: Readonly<Record<string, string>>): Promise<void>;
  deploy(options?: Partial<DeployOptions>): Promise<DeployResult>;
  rollback(options?: Partial<RollbackOptions>): Promise<DeployResult>;
  /** The error of a deploy that must fail. */
  failedDeploy(options?: Partial<DeployOptions>): Promise<StagecraftError>;
  /** The same, with the first Ctrl-C as soon as the step has the status. */
  interruptedAt(step: string, status: 'running' | 'completed'): Promise<StagecraftError>;
  /** The same, as soon as the decision stands. */
  interruptedAfterDecision(): Promise<StagecraftError>;
  /** Ids of running containers of a service, sorted. */
  running(service: string): Promise<readonly string[]>;
  inspect(id: string, format: string): Promise<string>;
}

export const composeProject = (scratch: Scratch): string => `${scratch.project}-prod`;

export function stageOf(scratch: Scratch, folder: () => string): Stage {
  const events: Event[] = [];
  const workspace = (signal: AbortSignal, onEvent?: (event: Event) => void): Workspace => ({
    folder: folder(),
    config: 'stagecraft.yml',
    processEnv: scratch.env,
    plugins: bundled,
    io: {
      event(event) {
        events.push(event);
        onEvent?.(event);
      },
      ask: (question) => Promise.reject(new Error(`nothing is asked in tests: ${question.text}`)),
    },
    exec: createExec({ folder: folder(), processEnv: scratch.env }),
    files: createFiles(folder()),
    clock: systemClock,
    signal,
    yes: true,
    command: 'stagecraft (test)',
  });
  const never = new AbortController().signal;
  const options: DeployOptions = { filter: {}, dryRun: false, lockWaitMs: 0, resume: false, abort: false, pull: false, acceptEmptyVolume: [] };
  const interruptedWhen = (moment: (event: Event) => boolean): Promise<StagecraftError> => {
    const stop = new AbortController();
    return errorOf(deploy(workspace(stop.signal, (event) => void (moment(event) && stop.abort())), options));
  };
  const stage: Stage = {
    get ws() {
      return workspace(never);
    },
    events,
    async write(files) {
      for (const [path, content] of Object.entries(files)) {
        await mkdir(dirname(join(folder(), path)), { recursive: true });
        await writeFile(join(folder(), path), content);
      }
    },
    deploy: (more) => deploy(workspace(never), { ...options, ...more }),
    rollback: (more) => rollback(workspace(never), { filter: {}, dryRun: false, lockWaitMs: 0, ...more }),
    failedDeploy: (more) => errorOf(stage.deploy(more)),
    interruptedAt: (step, status) =>
      interruptedWhen((event) => {
        const data = event.data as { id?: string; status?: string };
        return event.code === 'SC3202' && data.id === step && data.status === status;
      }),
    interruptedAfterDecision: () => interruptedWhen((event) => event.code === 'SC3205'),
    async running(service) {
      const ids = await scratch.docker(['ps', '-q', '--no-trunc', '--filter', `label=com.docker.compose.project=${composeProject(scratch)}`, '--filter', `label=com.docker.compose.service=${service}`]);
      return ids.split('\n').filter((id) => id !== '').sort();
    },
    inspect: async (id, format) => (await scratch.docker(['inspect', '-f', format, id])).trim(),
  };
  return stage;
}

async function errorOf(run: Promise<unknown>): Promise<StagecraftError> {
  try {
    await run;
  } catch (error) {
    if (isStagecraftError(error)) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

/** The bundled plugins, their modules read from the sources. */
export const bundled: Workspace['plugins'] = ['provider-generic', 'proxy-haproxy', 'proxy-traefik', 'secrets-envfile'].map((name) => {
  const root = new URL(`../../../../plugins/${name}/`, import.meta.url).pathname;
  const text = readFileSync(join(root, 'package.json'), 'utf8').replaceAll(/\.\/dist\/(\w+)\.js/g, './src/$1.ts');
  const manifest = JSON.parse(text) as { name: string; version: string };
  return { name: manifest.name, version: manifest.version, root, manifest: manifest as unknown as Record<string, unknown>, bundled: true };
});
