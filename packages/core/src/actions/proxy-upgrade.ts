import { fail, isStagecraftError } from '../errors/index.js';
import { quote } from '../hosts/quote.js';
import type { RouteTable } from '../plugin-api/route.js';
import { readTables } from '../routes/check-routes.js';
import { acknowledged, isAcknowledged, type Asked } from '../routes/cutover.js';
import { freePortOn } from '../routes/place.js';
import { backScript, beginScript, endScript, mendScript, secondProxy, swapScript, type ProxyUpgrade } from '../routes/proxy-upgrade.js';
import { servicesOf } from '../steps/proxy-of.js';
import type { ProxyInUse } from '../steps/types.js';
import { allHosts, type OpenHost } from './host.js';
import { imageOf, neededProxy, projectOf, statusOf } from './proxy-status.js';
import { runStep } from './run-step.js';
import { loadSettings, type Loaded } from './settings.js';
import type { ProxyStatus, ProxyUpgradeOptions, ProxyUpgradeResult, Workspace } from './types.js';
import { underLock, type Held } from './under-lock.js';

/** For each wait on a proxy to list what it should. */
const acknowledgeMs = 30_000;
const stepMs = 15 * 60_000;
const graceS = 20;

/**
 * Makes the host's proxy anew, by this project's config, while a second one takes the requests: no new connection finds nobody. Every table that the proxy
 * serves is acknowledged by the second one before a connection is led to it, and by the new one before they are led back.
 * @throws StagecraftError `user` where there is none or another provider's; `external` when a proxy does not come up: the one of before serves then.
 */
export async function proxyUpgrade(ws: Workspace, options: ProxyUpgradeOptions): Promise<readonly ProxyUpgradeResult[]> {
  const loaded = await loadSettings(ws);
  const hosts = await allHosts(ws, loaded.settings);
  const looked = await Promise.all(hosts.map((host) => look(ws, host, loaded, options)));
  const due = looked.filter((one) => one.status.due.length > 0 || one.second || options.force);
  const left = looked.filter((one) => !due.includes(one)).map(({ status }): ProxyUpgradeResult => ({ outcome: 'unchanged', status }));
  if (options.dryRun || due.length === 0) return sorted([...left, ...due.map(({ status }): ProxyUpgradeResult => ({ outcome: 'planned', status }))]);
  return underLock(ws, hosts, loaded.settings, options.lockWaitMs, async (held) => {
    const done: ProxyUpgradeResult[] = [];
    for (const { host, proxy, second } of due) {
      const project = projectOf(host, proxy);
      const upgrade: ProxyUpgrade = { project, second: secondProxy(project, await freePortOn(host.shell, project.place.apiPort + 1)), graceS };
      const at: At = { held, host, proxy, upgrade };
      if (second) await mend(at);
      const how = await walk(at);
      done.push({ outcome: 'upgraded', status: await statusOf(host, proxy), how });
    }
    return sorted([...left, ...done]);
  });
}

interface Looked {
  readonly host: OpenHost;
  readonly proxy: ProxyInUse;
  readonly status: ProxyStatus;
  /** An earlier upgrade ended half-way. */
  readonly second: boolean;
}

async function look(ws: Workspace, host: OpenHost, loaded: Loaded, { pull: pulls }: ProxyUpgradeOptions): Promise<Looked> {
  const proxy = await neededProxy(ws, host, loaded);
  const before = await statusOf(host, proxy);
  const second = (await host.containers.list({ 'com.docker.compose.project': `${host.scope.proxyProject}-next` })).length > 0;
  if (before.state === 'absent' && !second) throw fail({ code: 'SC4231', kind: 'user', message: `${host.name} has no proxy yet: the first deploy with routes brings it.`, next: ['stagecraft deploy'] });
  if (before.provider !== proxy.id) throw fail({ code: 'SC4232', kind: 'user', message: `The proxy of ${host.name} is ${before.provider}; an upgrade does not make it ${proxy.id}.`, next: [`Set proxy.provider to ${before.provider}.`] });
  if (pulls) await pull(ws, host, imageOf(proxy));
  return { host, proxy, status: pulls ? await statusOf(host, proxy) : before, second };
}

function sorted(results: readonly ProxyUpgradeResult[]): readonly ProxyUpgradeResult[] {
  return [...results].sort((a, b) => (a.status.host < b.status.host ? -1 : 1));
}

/** Where an upgrade is at work. */
interface At {
  readonly held: Held;
  readonly host: OpenHost;
  readonly proxy: ProxyInUse;
  readonly upgrade: ProxyUpgrade;
}

async function walk(at: At): Promise<NonNullable<ProxyUpgradeResult['how']>> {
  const { host, proxy, upgrade } = at;
  const tables = await servedBy(at, await readTables(host.files, host.scope));
  try {
    await step(at, 'begin', beginScript(upgrade));
    await listAll(at, { ...proxy, place: upgrade.second.place }, tables);
  } catch (error) {
    await step(at, 'undo-begin', endScript(upgrade)).catch(() => undefined);
    throw notUp(error, `The second ${proxy.id} does not come up on ${host.name}; the one that was there serves as before.`);
  }
  let how: string | undefined;
  try {
    ({ how } = await step(at, 'swap', swapScript(upgrade)));
    await listAll(at, proxy, tables);
  } catch (error) {
    await step(at, 'back', backScript(upgrade));
    await listAll(at, proxy, tables);
    await step(at, 'end', endScript(upgrade));
    throw notUp(error, `The new ${proxy.id} does not come up on ${host.name}; the one of before was made again and serves.`);
  }
  await step(at, 'end', endScript(upgrade));
  return how === 'direct' || how === 'container' ? how : 'none';
}

/** After a crash: the proxy is up, then the second one goes. */
async function mend(at: At): Promise<void> {
  const { host, proxy, upgrade } = at;
  const tables = await readTables(host.files, host.scope);
  await step(at, 'mend', mendScript(upgrade));
  await listAll(at, proxy, tables).catch(() => undefined);
  await step(at, 'mend-end', endScript(upgrade));
}

function step({ held, host }: At, name: string, effects: string): ReturnType<typeof runStep> {
  return runStep(held, host, `${host.name}/proxy/upgrade/${name}`, { effects, timeoutMs: stepMs });
}

/** Tables that the proxy serves as they say. One that names what is gone is served by no proxy, and must not stop the others. */
async function servedBy(at: At, tables: readonly RouteTable[]): Promise<readonly RouteTable[]> {
  const served = await Promise.all(tables.map((table) => isAcknowledged(askedOf(at, at.proxy), table, servicesOf(table))));
  return tables.filter((_, index) => served[index]);
}

async function listAll(at: At, proxy: ProxyInUse, tables: readonly RouteTable[]): Promise<void> {
  const { clock, signal } = at.held.ws;
  const nobody: RouteTable = { project: 'stagecraft', environment: 'nobody', routes: [], targets: [] };
  for (const table of [nobody, ...tables]) await acknowledged(askedOf(at, proxy), table, servicesOf(table), { timeoutMs: acknowledgeMs, clock, signal });
}

function askedOf({ host }: At, { id, provider, context, place }: ProxyInUse): Asked {
  return { id, provider, context, place, host: host.name };
}

async function pull(ws: Workspace, host: OpenHost, image: string): Promise<void> {
  const { exitCode, stderr } = await host.shell.run(`timeout -k 10 600 docker pull -q ${quote(image)}`, { timeoutMs: 620_000, signal: ws.signal });
  if (exitCode !== 0) throw fail({ code: 'SC4233', kind: 'external', message: `${image} cannot be pulled: ${stderr.trim().split('\n').at(-1) ?? ''}`, next: [`docker pull ${image}`] });
}

function notUp(error: unknown, message: string): unknown {
  if (!isStagecraftError(error) || error.kind !== 'external') return error;
  return fail({ code: 'SC4234', kind: 'external', message: `${message} ${error.message}`, next: error.next, tail: error.tail, cause: error });
}
