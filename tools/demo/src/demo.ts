import { setTimeout as sleep } from 'node:timers/promises';
import type { Engine } from '@stagecraft-tools/engine';
import { reportLines, startLoad, type LoadReport } from '@stagecraft-tools/load';
import { prepare } from './prepare.js';
import { chapter, say, showCommand } from './say.js';
import { setStage, type Stage } from './stage.js';

export interface Outcome {
  readonly requests: number;
  readonly lost: number;
  readonly rollouts: number;
}

/** The tour: plan, deploy, update under load, roll back under load, look at it. Everything is removed after it, whatever happened. */
export async function demo(engine: Engine, signal: AbortSignal, wanted: string | undefined): Promise<Outcome> {
  const { proxy } = await prepare(engine, signal, wanted);
  const stage = await setStage(engine, { proxy, signal });
  const played = tour(stage, signal);
  await played.catch(() => undefined);
  say('\ncleaning up');
  const left = await stage.clear();
  // Why the tour failed says more than what it left.
  const outcome = await played;
  if (left.length > 0) throw new Error(`left behind: ${left.join(', ')}`);
  return outcome;
}

async function tour(stage: Stage, signal: AbortSignal): Promise<Outcome> {
  chapter('1. An application of five services', `examples/basic-node, copied to ${stage.folder}, under the name ${stage.project} so that it meets nothing of yours.`);
  await stage.stagecraft(['plan', '--env', 'prod']);

  chapter('2. The first deploy', 'Images are built, the database prepared by a job, two containers of the API started, and the proxy leads to them.');
  await stage.stagecraft(['deploy', '--env', 'prod', '--version', '1.0.0', '--yes']);
  await expectAnswer(stage, { version: '1.0.0', greeting: 'Hello' });
  await order(stage);

  chapter('3. Version 2, while 200 requests a second come in', 'Old containers serve until new ones are healthy and the proxy says that it leads to them. Only then are the old ones stopped.');
  stage.edit('.env', 'APP_VERSION=1.0.0', 'APP_VERSION=2.0.0');
  stage.edit('config/greeting.txt', 'Hello', 'Welcome');
  const update = await underLoad(stage, signal, ['1.0.0', '2.0.0'], () => stage.stagecraft(['deploy', '--env', 'prod', '--version', '2.0.0', '--yes']));
  await expectAnswer(stage, { version: '2.0.0', greeting: 'Welcome' });

  chapter('4. Back again, under the same load', 'A release is sealed: images, Compose model, routes and mounted files. A rollback brings all of it back, whatever the folder holds now.');
  const back = await underLoad(stage, signal, ['2.0.0', '1.0.0'], () => stage.stagecraft(['rollback', '--env', 'prod', '--to-previous', '--yes']));
  await expectAnswer(stage, { version: '1.0.0', greeting: 'Hello', orders: 1 });

  chapter('5. What happened, and how it is now', 'The history lies on the host, not in this folder.');
  await stage.stagecraft(['releases', 'list', '--env', 'prod']);
  await stage.stagecraft(['status', '--env', 'prod']);
  return { requests: update.sent + back.sent, lost: update.lost + back.lost, rollouts: 2 };
}

/** Sends load before, during and after `change`, and sees that both versions answered. */
async function underLoad(stage: Stage, signal: AbortSignal, versions: readonly [string, string], change: () => Promise<void>): Promise<LoadReport> {
  say('\nload: 100 requests a second on new connections, 100 on kept ones, and 2 that take a second each');
  const load = await startLoad({ url: stage.url, fresh: 100, keepAlive: 100, slow: { path: '/slow', rate: 2 } });
  let report: LoadReport;
  try {
    await sleep(2000, undefined, { signal });
    await change();
    await sleep(2000, undefined, { signal });
  } finally {
    report = await load.stop();
  }
  say();
  for (const line of reportLines(report)) say(`load: ${line}`);
  const unseen = versions.filter((version) => report.versions[version] === undefined);
  if (unseen.length > 0) throw new Error(`version ${unseen.join(' and ')} answered no request of the load`);
  return report;
}

async function expectAnswer(stage: Stage, expected: { readonly version: string; readonly greeting: string; readonly orders?: number }): Promise<void> {
  showCommand(`curl ${stage.url}`);
  const response = await fetch(stage.url, { signal: AbortSignal.timeout(10_000) });
  const text = await response.text();
  say(text.trim());
  const body = JSON.parse(text) as { version?: string; greeting?: string; orders?: number };
  if (!response.ok || body.version !== expected.version || !body.greeting?.startsWith(expected.greeting)) throw new Error(`expected version ${expected.version} with "${expected.greeting} ...", got ${response.status} ${text.trim()}`);
  if (expected.orders !== undefined && body.orders !== expected.orders) throw new Error(`expected the order from before, got ${text.trim()}: the database did not keep it`);
}

/** Something in the database, which must be there to the end. */
async function order(stage: Stage): Promise<void> {
  showCommand(`curl --request POST ${stage.url}orders`);
  const response = await fetch(new URL('orders', stage.url), { method: 'POST', signal: AbortSignal.timeout(10_000) });
  say((await response.text()).trim());
  if (response.status !== 202) throw new Error(`an order was answered with ${response.status}`);
}
