import { setTimeout as sleep } from 'node:timers/promises';
import { startLoad, type LoadReport } from '@stagecraft-tools/load';
import { handWritten, plainCompose, stagecraft, type Contender, type Proxy } from '../contender.js';
import { askedToListed, healthyToAcknowledged } from '../events.js';
import { median, rounded } from '../measure.js';
import type { Part, Setting } from '../part.js';
import { shownMs, type Row } from '../row.js';
import { setScene, type Scene } from '../scene.js';

/** 200 requests a second, half of them on new connections, and a few that take half a second each. */
const load = { fresh: 100, keepAlive: 100, slow: { path: '/?ms=500', rate: 2 } };

/** How soon the proxy must lead to what is healthy. */
const acknowledgedWithin: Readonly<Record<Proxy, number>> = { traefik: 1000, haproxy: 100 };

/** Rollouts under load with both proxies: requests lost, and the time from healthy to acknowledged; a script and plain Compose beside them. */
export const rollouts: Part = {
  name: 'rollouts',
  images: ['node:20', 'traefik:v3.7', 'haproxy:2.6'],
  async measure(setting) {
    // Two are enough to see what the others lose.
    const [many, few] = setting.quick ? [2, 1] : [10, 3];
    const rows: Row[] = [];
    for (const proxy of ['traefik', 'haproxy'] as const) rows.push(...(await inScene(setting, async (scene) => besideScript(scene, proxy, { ours: many, script: few }))));
    const plain = await inScene(setting, async (scene) => {
      const compose = await plainCompose(scene);
      await compose.up();
      return underLoad(compose, few);
    });
    return [...rows, { part: 'rollouts', what: `requests lost in ${few} without a proxy`, baseline: lostOf('compose up -d', plain.report), ours: '', aim: '', figures: figuresOf(plain) }];
  },
};

async function inScene<T>(setting: Setting, work: (scene: Scene) => Promise<T>): Promise<T> {
  const scene = setScene(setting);
  try {
    return await work(scene);
  } finally {
    await scene.clear();
  }
}

async function besideScript(scene: Scene, proxy: Proxy, times: { readonly ours: number; readonly script: number }): Promise<readonly Row[]> {
  const contenders = [await handWritten(scene, proxy), await stagecraft(scene, proxy)] as const;
  await Promise.all(contenders.map((contender) => contender.up()));
  const script = await underLoad(contenders[0], times.script);
  const ours = await underLoad(contenders[1], times.ours);
  const acknowledged = median(ours.acknowledgedMs);
  return [
    { part: 'rollouts', what: `requests lost in ${times.ours}, ${proxy}`, baseline: `${lostOf('script', script.report)} in ${times.script}`, ours: lostOf('', ours.report), aim: '0 lost', met: ours.report.lost === 0, figures: { ours: figuresOf(ours), script: figuresOf(script) } },
    { part: 'rollouts', what: `healthy to acknowledged, ${proxy}`, baseline: '', ours: `${shownMs(acknowledged)}, at most ${shownMs(Math.max(...ours.acknowledgedMs))}; asked: ${shownMs(median(ours.askedMs))}`, aim: `under ${shownMs(acknowledgedWithin[proxy])}`, met: acknowledged < acknowledgedWithin[proxy], figures: { acknowledgedMs: ours.acknowledgedMs, askedMs: ours.askedMs } },
  ];
}

interface Rolled {
  readonly report: LoadReport;
  readonly ms: readonly number[];
  readonly acknowledgedMs: readonly number[];
  /** Of it, from the first question to the proxy. */
  readonly askedMs: readonly number[];
}

/** So many rollouts of one that is up, the load from before the first to after the last. */
async function underLoad(contender: Contender, times: number): Promise<Rolled> {
  const [ms, acknowledgedMs, askedMs]: [number[], number[], number[]] = [[], [], []];
  const running = await startLoad({ url: contender.url, ...load });
  try {
    await sleep(1000);
    for (let version = 2; version < times + 2; version += 1) {
      const rolled = await contender.to(String(version));
      ms.push(rolled.ms);
      if (rolled.told) {
        acknowledgedMs.push(healthyToAcknowledged(rolled.told));
        askedMs.push(askedToListed(rolled.told) ?? 0);
      }
      // Plain Compose is back before the container answers.
      await untilAnswered(contender.url, String(version));
      await sleep(500);
    }
  } finally {
    await running.stop();
  }
  const report = await running.ended;
  const unseen = Array.from({ length: times + 1 }, (_, index) => String(index + 1)).filter((version) => report.versions[version] === undefined);
  if (unseen.length > 0) throw new Error(`${contender.name}: version ${unseen.join(', ')} answered no request of the load`);
  return { report, ms, acknowledgedMs, askedMs };
}

async function untilAnswered(url: string, version: string): Promise<void> {
  const answers = async (): Promise<boolean> => (await fetch(url, { signal: AbortSignal.timeout(1000) })).headers.get('x-version') === version;
  for (let tries = 0; tries < 100; tries += 1) {
    if (await answers().catch(() => false)) return;
    await sleep(100);
  }
  throw new Error(`version ${version} does not answer at ${url}`);
}

function lostOf(name: string, { lost, sent }: LoadReport): string {
  return `${name === '' ? '' : `${name}: `}${lost} of ${sent.toLocaleString('en')}`;
}

function figuresOf({ report, ms }: Rolled): Readonly<Record<string, unknown>> {
  const { losses, ...rest } = report;
  return { ...rest, firstLosses: losses.slice(0, 20), rolloutMs: rounded(ms) };
}
