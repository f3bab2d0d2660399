import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestHost } from '@stagecraft-tools/hosts';
import { checkout } from '../../stage.js';
import { application, PORT, type Application } from './application.js';

/** Node, this checkout: what the host sees of this machine, so that the product runs in it and it is "this machine". */
export const shares = [
  { from: process.execPath, to: '/opt/node' },
  { from: checkout.replace(/\/$/, ''), to: '/opt/stagecraft' },
];

const FOLDER = '/root/shop';
const STATE = '/var/lib/stagecraft-state';
const bin = ['/opt/node', '/opt/stagecraft/packages/cli/bin/run.js'];
const inside = { cwd: FOLDER, env: { STAGECRAFT_HOST_DIR: STATE, NO_COLOR: '1', CI: 'true' } };

/** How a command of the product ended, in the host. */
export interface Ended {
  readonly code: number;
  readonly ms: number;
  readonly all: string;
}

/** One host with the application, and the product on it. */
export interface Scene {
  readonly host: TestHost;
  readonly url: string;
  /** Lays another version of the application. */
  lay(app: Application): Promise<void>;
  stagecraft(args: readonly string[]): Promise<Ended>;
  /** A deploy that tells when a step begins, or the decision stands. */
  begin(args: readonly string[]): Deploying;
  /** Names and addresses on the edge of the containers of the service, in any state, sorted. */
  web(): Promise<readonly WebContainer[]>;
  /** The last step that the journal knows of. */
  lastIntent(): Promise<string>;
  proxyContainer(): Promise<string>;
  /** The version that answers now; undefined where none does. */
  answer(): Promise<string | undefined>;
  /** Waits until one answers; milliseconds. */
  untilServing(withinMs: number): Promise<number | undefined>;
}

export interface WebContainer {
  readonly id: string;
  readonly running: boolean;
  readonly version: string;
  readonly address: string;
}

export interface Deploying {
  /** The moment has come; false where the deploy ended before. */
  reached(moment: string): Promise<boolean>;
  readonly ended: Promise<Ended>;
}

export function sceneOf(host: TestHost): Scene {
  const url = `http://${host.address}:${PORT}/`;
  const scene: Scene = {
    host,
    url,
    async lay(app) {
      for (const [name, text] of Object.entries(application(app))) await host.must(['sh', '-c', `mkdir -p ${FOLDER} && cat >${FOLDER}/${name}`], { input: text });
    },
    async stagecraft(args) {
      const begun = Date.now();
      const ran = await host.exec([...bin, ...args], { ...inside, timeout: 900_000 });
      return { code: ran.code, ms: Date.now() - begun, all: `${ran.stdout}${ran.stderr}` };
    },
    begin: (args) => deploying(host.begin([...bin, ...args, '--json-events'], inside)),
    async web() {
      const format = '{{.Id}} {{.State.Running}} {{range .Config.Env}}{{println .}}{{end}}|{{range $name, $net := .NetworkSettings.Networks}}{{$name}}={{$net.IPAddress}},{{end}}';
      const ids = (await host.must(['docker', 'ps', '-aq', '--no-trunc', '--filter', 'label=com.docker.compose.service=web'])).split('\n').filter((id) => id !== '').sort();
      return Promise.all(
        ids.map(async (id) => {
          const text = await host.must(['docker', 'inspect', '-f', format, id]);
          return { id, running: text.includes(' true '), version: /APP_VERSION=(\S+)/.exec(text)?.[1] ?? '?', address: /-edge=([\d.]*)/.exec(text)?.[1] ?? '' };
        }),
      );
    },
    async lastIntent() {
      const journal = (await host.exec(['sh', '-c', `cat ${STATE}/*/*/journal.ndjson`])).stdout;
      const intents = [...journal.matchAll(/"type":"intent"[^\n]*?"step":"([^"]*)"/g)];
      return (intents.at(-1)?.[1] ?? '').replace(/^.*\//, '');
    },
    async proxyContainer() {
      return (await host.must(['docker', 'ps', '-aq', '--filter', 'name=stagecraft-proxy'])).trim().split('\n')[0] ?? '';
    },
    async answer() {
      try {
        const answer = await fetch(url, { signal: AbortSignal.timeout(1000) });
        return answer.status === 200 ? (answer.headers.get('x-version') ?? undefined) : undefined;
      } catch {
        return undefined;
      }
    },
    async untilServing(withinMs) {
      const begun = Date.now();
      while (Date.now() - begun < withinMs) {
        if ((await scene.answer()) !== undefined) return Date.now() - begun;
        await sleep(50);
      }
      return undefined;
    },
  };
  return scene;
}

function deploying(child: ChildProcess): Deploying {
  const begun = Date.now();
  let all = '';
  let over = false;
  const waiting: { readonly pattern: RegExp; readonly tell: (yes: boolean) => void }[] = [];
  const look = (): void => {
    for (const one of [...waiting]) {
      if (!one.pattern.test(all) && !over) continue;
      waiting.splice(waiting.indexOf(one), 1);
      one.tell(one.pattern.test(all));
    }
  };
  const hear = (chunk: Buffer): void => {
    all += chunk.toString();
    look();
  };
  child.stdout?.on('data', hear);
  child.stderr?.on('data', hear);
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (code) => {
      over = true;
      look();
      resolve({ code: code ?? 137, ms: Date.now() - begun, all });
    });
  });
  return {
    ended,
    reached: (moment) => new Promise((tell) => {
      waiting.push({ pattern: patternOf(moment), tell });
      look();
    }),
  };
}

function patternOf(moment: string): RegExp {
  if (moment === 'decision') return /"code":"SC3205"/;
  if (moment === 'build') return /"phase":"build"[^\n]*"status":"running"/;
  if (moment === 'finalize') return /"phase":"finalize"[^\n]*"status":"running"/;
  return new RegExp(`"id":"[^"]*/web/${moment}"[^\\n]*"status":"running"`);
}
