import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { systemClock } from '../../../src/adapters/clock.js';
import { createExec } from '../../../src/adapters/exec.js';
import { engineAt } from '../../../src/adapters/engine.js';
import { hostFiles } from '../../../src/adapters/host-files.js';
import { localShell } from '../../../src/adapters/shell.js';
import { createFiles } from '../../../src/adapters/files.js';
import { scopeOf } from '../../../src/hosts/scope-of.js';
import type { Action, SealedPlan } from '../../../src/plan/types.js';
import type { Event, ProxyProvider, Route, RouteTable } from '../../../src/plugin-api/index.js';
import { placeOn } from '../../../src/routes/place.js';
import { providerContext } from '../../../src/providers/context.js';
import type { StepKind, StepWorld } from '../../../src/steps/types.js';
import { engineSocket, type Scratch } from '../../../../../tools/engine/test-support/index.js';

/** A host with a real engine, on which steps run as the phase engine runs them, without its journal. */
export interface Stage {
  readonly world: StepWorld;
  readonly events: Event[];
  readonly url: string;
  table(routes: readonly Route[], ids: readonly string[]): RouteTable;
  /** Runs a step's script, then waits for its goal. */
  perform<A extends Action>(kind: StepKind<A>, action: A): Promise<void>;
  undo<A extends Action>(kind: StepKind<A>, action: A): Promise<void>;
  /** Only the script: what is on the disk and in the proxy when the operator dies after it. */
  script<A extends Action>(kind: StepKind<A>, action: A): Promise<void>;
  sh(script: string): Promise<string>;
}

export interface StageInit {
  readonly scratch: Scratch;
  readonly provider: ProxyProvider;
  readonly config: Readonly<Record<string, unknown>>;
  readonly environment?: string;
  readonly project?: string;
  readonly port: number;
  readonly operation?: string;
}

export async function stageOf(init: StageInit): Promise<Stage> {
  const { scratch, provider, config, port, environment = 'prod', project = scratch.project, operation = 'op-1' } = init;
  const composeProject = `${project}-${environment}`;
  const scope = scopeOf({ root: scratch.hostDir, defaultRoot: '/nowhere', project, environment, composeProject });
  mkdirSync(join(scope.folder, 'run'), { recursive: true });
  const shell = localShell({ env: scratch.env });
  const files = hostFiles(createFiles('/'));
  const containers = engineAt(engineSocket());
  const signal = new AbortController().signal;
  const events: Event[] = [];
  const place = await placeOn({ scope, containers, files, shell }, { listen: { http: port, https: port + 1 } });
  const context = providerContext({ project, environment, config, folder: scratch.dir, io: { event: (e) => void events.push(e) }, exec: createExec({ folder: scratch.dir, processEnv: scratch.env }), files: createFiles(scratch.dir), hosts: { local: { shell, files } }, clock: systemClock, signal });
  const plan = { desired: { project, environment, composeProject }, operation, steps: [] } as unknown as SealedPlan;
  const world: StepWorld = { plan, host: 'local', scope, containers, shell, files, clock: systemClock, signal, proxy: { id: provider.id, provider, config, place, context }, mask: (text) => text, carry: () => Promise.reject(new Error('nothing is carried')), pull: () => Promise.resolve(false), waiting: () => undefined };

  const run = async (effects: string): Promise<void> => {
    const file = join(scope.folder, 'run', 'script');
    writeFileSync(file, `set -eu\numask 077\nSTAGECRAFT_ROOT=${scope.root} STAGECRAFT_ENV=${scope.folder} STAGECRAFT_RUN=${scope.folder}/run\nresult() { :; }\nproxy_lock() { exec 7>>"$STAGECRAFT_ROOT/proxy.lock"; flock -w 60 7; }\n${effects}\n`);
    await sh(`exec sh ${file}`, scratch.env);
  };
  return {
    world,
    events,
    url: `http://127.0.0.1:${port}`,
    table: (routes, ids) => ({ project, environment, routes, targets: routes.flatMap((route) => ids.filter((id) => id.startsWith(`${route.service}-`)).map((id) => ({ id, service: route.service, port: route.port, state: 'in' as const }))).filter((t, i, all) => all.findIndex((o) => o.id === t.id && o.port === t.port) === i) }),
    async perform(kind, action) {
      if (kind.script) await run(await kind.script(action, world));
      await kind.settle?.(action, world);
    },
    async undo(kind, action) {
      await run((await kind.undo?.script?.(action, world)) ?? ':');
      await kind.undo?.settle?.(action, world);
    },
    script: async (kind, action) => run((await kind.script?.(action, world)) ?? ':'),
    sh: (script) => sh(script, scratch.env),
  };
}

export function sh(script: string, env: NodeJS.ProcessEnv): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('sh', ['-c', script], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    child.once('error', reject);
    child.once('close', (code) => (code === 0 ? resolve(out) : reject(new Error(`exit code ${code}: ${err.trim() || out.trim()}\n${script.slice(0, 2000)}`))));
  });
}

/** A port on loopback that nobody listens on. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
