import { setTimeout as sleep } from 'node:timers/promises';
import { startLoad, type LoadReport } from '@stagecraft-tools/load';
import type { Application, Policy, Proxy } from './application.js';
import type { Ended, Scene, WebContainer } from './scene.js';
import type { Strike } from './strikes.js';

/** One fault at one moment. */
export interface Cell {
  readonly fault: string;
  /** A step of the rollout, or `build`, `decision`, `finalize`. */
  readonly moment: string;
  readonly strike: Strike;
  readonly proxy: Proxy;
  readonly policy: Policy;
  readonly built?: boolean;
  /** With which exit codes the deploy may end; 137: with its host. */
  readonly codes: readonly number[];
  /** The application cannot come back by itself. */
  readonly stays?: string;
}

/** What came of it. */
export interface Row {
  readonly cell: Cell;
  readonly served: string;
  readonly lost: string;
  readonly code: string;
  readonly resumed: string;
  /** What is not as it must be. */
  readonly problems: readonly string[];
}

/** Where the host stands between cells. */
export interface Standing {
  version: number;
  serving: string;
  proxy?: Proxy;
  policy?: Policy;
}

const BACK_WITHIN = 120_000;
/** By then every request that was sent before all was up has its answer, or its time is over. */
const SETTLED_MS = 5_500;
/** A deploy that is hit may take no longer than this until it ends, whatever hangs. */
const ENDS_WITHIN = 420_000;

/** Deploys another version under load, strikes in the middle, and looks what was served, how the deploy ended, and what \`--resume\` makes of it. */
export async function play(scene: Scene, standing: Standing, cell: Cell): Promise<Row> {
  const problems: string[] = [];
  await stand(scene, standing, cell);
  const before = standing.serving;
  const next = String((standing.version += 1));
  await scene.lay(applicationOf(cell, next));
  const load = await startLoad({ url: scene.url, fresh: 12, keepAlive: 12, seconds: 600 });
  const loadBegun = Date.now();
  await sleep(500);

  const deploy = scene.begin(['deploy', '--yes']);
  if (!(await deploy.reached(cell.moment))) problems.push(`${cell.moment} did not come`);
  const addresses = await scene.web().catch((): readonly WebContainer[] => []);
  const struckAt = Date.now();
  const { relief, why } = await cell.strike(scene);
  const ended = await inTime(deploy.ended, ENDS_WITHIN);
  const tookS = (Date.now() - struckAt) / 1000;
  if (!ended) problems.push(`the deploy has not ended ${ENDS_WITHIN / 1000} s after the fault`);
  else if (!cell.codes.includes(ended.code)) problems.push(`exit code ${ended.code}, expected ${cell.codes.join(' or ')}: ${lastLine(ended)}`);
  await relief?.();

  const back = await scene.untilServing(cell.stays ? 3_000 : BACK_WITHIN);
  if (back === undefined && !cell.stays) problems.push('nothing serves');
  const settledAt = back === undefined ? undefined : await untilSteady(scene);
  const byItself = await scene.answer();
  const moved = await readdressed(scene, addresses);

  const resumed = await scene.stagecraft(['deploy', '--resume', '--yes']);
  const again = await scene.stagecraft(['deploy', '--resume', '--yes']);
  const open = ended?.code !== 0 && ended?.code !== 4;
  if (!(open ? [0, 4] : [1]).includes(resumed.code) && !(resumed.code === 1 && /no operation is open|nothing/i.test(resumed.all))) problems.push(`--resume: exit code ${resumed.code}: ${lastLine(resumed)}`);
  if (again.code !== 1) problems.push(`a second --resume: exit code ${again.code}: ${lastLine(again)}`);
  const servingAt = settledAt ?? (await untilSteady(scene));
  await sleep(Math.max(500, servingAt + SETTLED_MS - Date.now()));
  const settled = await load.report();
  await sleep(500);
  const report = await load.stop();

  const now = (await scene.answer()) ?? 'nothing';
  if (![before, next].includes(now)) problems.push(`${now} serves, neither ${before} nor ${next}`);
  // What could not be removed is stopped, and said; the next deploy removes it.
  const told = /cleaning up after it is not/.test(ended?.all ?? '');
  const left = (await scene.web()).filter(({ running }) => running || !told);
  if (left.length !== 1 || left[0]?.version !== now || !left[0].running) problems.push(`containers left: ${left.map((one) => `${one.version}${one.running ? '' : ' (down)'}`).join(', ')}`);
  const status = await scene.stagecraft(['status']);
  if (status.code !== 0) problems.push(`status: exit code ${status.code}: ${lastLine(status)}`);
  const { unexplained, explained } = lostOf(report, settled.lost, why ? [struckAt - loadBegun - 400, servingAt - loadBegun + 100] : undefined);
  if (unexplained > 0) problems.push(`${unexplained} requests lost where one release could serve: ${JSON.stringify(report.lostByKind)}`);
  standing.serving = now;

  const versions = Object.keys(report.versions).map((version) => (version === before ? 'old' : version === next ? 'new' : version)).sort().reverse().join(', ');
  const itself = !why ? '' : back === undefined ? `; not back by itself: ${cell.stays}` : `; ${byItself === before ? 'old' : byItself === next ? 'new' : byItself} back by itself ${(back / 1000).toFixed(1)} s after the end of the fault${moved}`;
  return {
    cell,
    served: `${versions}${itself}`,
    lost: `${report.lost} of ${report.sent}${explained > 0 ? ` (${why})` : ''}`,
    code: ended ? `${ended.code} after ${tookS.toFixed(1)} s` : 'none',
    resumed: resumed.code === 1 ? 'nothing open' : `exit ${resumed.code}, ${now === next ? 'new' : 'old'} serves`,
    problems,
  };
}

export function applicationOf(cell: Pick<Cell, 'proxy' | 'policy' | 'built'>, version: string): Application {
  return { proxy: cell.proxy, policy: cell.policy, version, ...(cell.built === undefined ? {} : { built: cell.built }) };
}

/** Brings the host to where the cell begins: its proxy, and a serving release with its restart policy. */
async function stand(scene: Scene, standing: Standing, cell: Cell): Promise<void> {
  if (standing.proxy === cell.proxy && standing.policy === cell.policy && standing.serving !== 'nothing') return;
  if (standing.proxy !== cell.proxy || standing.serving === 'nothing') await clear(scene);
  const version = String((standing.version += 1));
  await scene.lay(applicationOf({ ...cell, built: false }, version));
  const deployed = await scene.stagecraft(['deploy', '--yes']);
  if (deployed.code !== 0) throw new Error(`the release before the fault: exit code ${deployed.code}: ${deployed.all.slice(-2000)}`);
  Object.assign(standing, { proxy: cell.proxy, policy: cell.policy, serving: version });
}

/** Takes everything from the host's engine, and the state. */
export async function clear({ host }: Scene): Promise<void> {
  await host.must(['sh', '-c', 'docker ps -aq | xargs -r docker rm -f -v; docker network prune -f; rm -rf /var/lib/stagecraft-state /root/shop/.stagecraft'], { timeout: 120_000 });
}

/** The time from which on every container that is to run is up: ten good answers in a row, and none is starting. */
async function untilSteady(scene: Scene): Promise<number> {
  let good = 0;
  let since = Date.now();
  for (const until = Date.now() + BACK_WITHIN; Date.now() < until && good < 10; await sleep(100)) {
    const starting = (await scene.host.exec(['docker', 'ps', '-q', '--filter', 'health=starting'])).stdout.trim() !== '';
    good = !starting && (await scene.answer()) !== undefined ? good + 1 : 0;
    if (good === 0) since = Date.now();
  }
  return since;
}

async function readdressed(scene: Scene, before: readonly WebContainer[]): Promise<string> {
  const now = await scene.web().catch((): readonly WebContainer[] => []);
  const moved = before.filter((one) => one.running && now.some((other) => other.id === one.id && other.running && other.address !== one.address));
  return moved.length > 0 ? ', at other addresses' : '';
}

/** The report tells of the first thousand losses one by one; of those after them only when they were counted: once all is up there may be none. */
function lostOf(report: LoadReport, lostSettled: number, window: readonly [number, number] | undefined): { readonly unexplained: number; readonly explained: number } {
  const told = report.losses.length;
  const inside = window ? report.losses.filter((loss) => loss.atMs >= window[0] && loss.atMs <= window[1]).length : 0;
  const unexplained = told - inside + (report.lost > told ? report.lost - Math.max(told, lostSettled) : 0);
  return { unexplained, explained: report.lost - unexplained };
}

async function inTime(ended: Promise<Ended>, ms: number): Promise<Ended | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), ms)));
  return Promise.race([ended, late]).finally(() => clearTimeout(timer));
}

function lastLine(ended: Ended): string {
  return ended.all.trim().split('\n').slice(-3).join(' / ').slice(-600);
}
