import { oneService } from '../application.js';
import { fleet, type Fleet } from '../hosts/fleet.js';
import { carriedRow } from '../hosts/carried.js';
import { interleaved, median, rounded } from '../measure.js';
import type { Part, Setting } from '../part.js';
import { shownMs, type Row } from '../row.js';

const SCRIPT = 'PROJECT=script PROXY=traefik PORT=8090 API=8091 CONFIG=/srv/routes sh /srv/baseline/rollout.sh';

/** Several hosts over SSH, beside a hand-written script that acts on all of them at once. */
export const hosts: Part = {
  name: 'hosts',
  onRequest: true,
  images: ['node:20', 'busybox:1.35', 'traefik:v3.7'],
  async measure(setting) {
    const count = setting.quick ? 3 : 6;
    const on = await fleet(setting, count, ['node:20', 'busybox:1.35', 'traefik:v3.7'], oneService());
    try {
      await on.script(count, `VERSION=1 ${SCRIPT} up`);
      return [...(await deploys(on, setting, setting.quick ? [1, 2, 3] : [1, 2, 3, 6])), ...(await quiet(on, setting, count)), await commands(on), await carriedRow(on)];
    } finally {
      await on.release();
    }
  },
};

/** A change of one routed service. */
async function deploys(on: Fleet, setting: Setting, numbers: readonly number[]): Promise<readonly Row[]> {
  let version = 1;
  const ours = (number: number): Promise<number> => on.stagecraft(number, ['deploy', '--yes'], { VERSION: String((version += 1)) }).then(({ ms }) => ms);
  const script = (number: number): Promise<number> => on.script(number, `${SCRIPT} to ${(version += 1)}`).then(({ ms }) => ms);
  const samples = await interleaved(setting.quick ? 2 : 3, Object.fromEntries([...numbers.map((number) => [`ours ${number}`, () => ours(number)] as const), ...numbers.map((number) => [`script ${number}`, () => script(number)] as const)]));
  const of = (name: string): number => median(samples[name] ?? []);
  const rows = numbers.map((number): Row => {
    const ratio = of(`ours ${number}`) / of(`script ${number}`);
    const aim = number === 3 ? { aim: 'at most 1.15x', met: ratio <= 1.15 } : { aim: '' };
    return { part: 'hosts', what: `deploy that replaces one routed service on ${number} ${number === 1 ? 'host' : 'hosts'}`, baseline: `script, all at once: ${shownMs(of(`script ${number}`))}`, ours: shownMs(of(`ours ${number}`)), ratio, ...aim, figures: { baselineMs: rounded(samples[`script ${number}`] ?? []), oursMs: rounded(samples[`ours ${number}`] ?? []) } };
  });
  const most = numbers.at(-1) ?? 0;
  const growth = of(`ours ${most}`) / of('ours 2');
  return [...rows, { part: 'hosts', what: `deploy on ${most} hosts beside 2`, baseline: `2 hosts: ${shownMs(of('ours 2'))}; the script grows ${(of(`script ${most}`) / of('script 2')).toFixed(2)}x`, ours: shownMs(of(`ours ${most}`)), ratio: growth, aim: 'less than 1.3x', met: growth < 1.3, figures: {} }];
}

/** What changes nothing. */
async function quiet(on: Fleet, setting: Setting, count: number): Promise<readonly Row[]> {
  const same = 'docker compose --progress quiet -p script up -d --no-recreate --pull never';
  await on.stagecraft(count, ['deploy', '--yes']);
  const samples = await interleaved(setting.quick ? 3 : 5, {
    up: async () => (await on.script(count, same)).ms,
    none: async () => (await on.stagecraft(count, ['deploy', '--yes'])).ms,
    ps: async () => (await on.script(count, 'docker ps --format json')).ms,
    status: async () => (await on.stagecraft(count, ['status'])).ms,
  });
  const row = (what: string, theirs: string, [base, ours]: readonly [readonly number[], readonly number[]]): Row => ({ part: 'hosts', what: `${what} of ${count} hosts`, baseline: `${theirs}: ${shownMs(median(base))}`, ours: shownMs(median(ours)), ratio: median(ours) / median(base), aim: '', figures: { baselineMs: rounded(base), oursMs: rounded(ours) } });
  return [row('deploy with nothing to do', 'ssh, compose up -d', [samples.up, samples.none]), row('status', 'ssh, docker ps', [samples.ps, samples.status])];
}

/** Of the commands of a deploy those that one without changes runs, too, are those of its frame. */
async function commands(on: Fleet): Promise<Row> {
  const [, second] = on.hosts;
  if (!second) throw new Error('there are two hosts');
  const during = async (work: () => Promise<unknown>): Promise<number> => {
    const before = await on.commands(second);
    await work();
    return (await on.commands(second)) - before;
  };
  let steps = 0;
  const deploy = await during(async () => {
    const { stdout } = await on.stagecraft(3, ['deploy', '--yes', '--json-events'], { VERSION: 'counted' });
    steps = new Set([...stdout.matchAll(/"id":"([^"]*)"[^\n]*"status":"completed"/g)].map(([, id = '']) => id).filter((id) => id.startsWith(`${second.address}/`))).size;
  });
  const none = await during(() => on.stagecraft(3, ['deploy', '--yes'], { VERSION: 'counted' }));
  const status = await during(() => on.stagecraft(3, ['status']));
  const each = (deploy - none) / steps;
  return { part: 'hosts', what: `commands over SSH to a host: deploy of ${steps} steps ${deploy}, nothing to do ${none}, status ${status}`, baseline: '', ours: `${each.toFixed(1)} a step more than with nothing to do`, aim: 'one a step', met: each <= 1, figures: { steps, deploy, none, status } };
}
