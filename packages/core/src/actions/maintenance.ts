import { fail, isStagecraftError } from '../errors/index.js';
import { tablePath } from '../observe/observe.js';
import type { RouteTable } from '../plugin-api/route.js';
import { acknowledged, isAcknowledged } from '../routes/cutover.js';
import { closed, defaultPage, largestPage, maintenanceScript, opened } from '../routes/maintenance.js';
import { sameTable } from '../routes/table.js';
import { servicesOf } from '../steps/proxy-of.js';
import type { ProxyInUse } from '../steps/types.js';
import { allHosts, type Identity, type OpenHost } from './host.js';
import { identify, neverDeployed } from './identity.js';
import { operatorOf } from './operator.js';
import { servingProxy } from './proxy.js';
import { runStep } from './run-step.js';
import type { MaintenanceOptions, MaintenanceResult, Workspace } from './types.js';
import { underLock, type Held } from './under-lock.js';

/** How long the proxy may take to say that it answers as it should. */
const acknowledgeMs = 15_000;

/**
 * Has the proxy answer every request of the environment with 503 and a page, or lead them to its containers again. It stands until it is taken back, over
 * deploys and reboots; containers go on as they are.
 * @throws StagecraftError `user` where nothing is routed or the page cannot be used; `locked`; `external` when the proxy does not acknowledge: it answers as before then.
 */
export async function maintenance(ws: Workspace, options: MaintenanceOptions): Promise<MaintenanceResult> {
  const identity = await identify(ws);
  const page = options.state === 'on' ? await pageOf(ws, options.page) : '';
  const hosts = await allHosts(ws, identity);
  const planned = await Promise.all(hosts.map(async (host) => (await wanted(ws, host, identity, options, page)).to));
  if (options.dryRun) return resultOf(identity, planned, 'planned');
  return underLock(ws, hosts, identity, options.lockWaitMs, async (held) => {
    const done: { readonly table: RouteTable; readonly changed: boolean }[] = [];
    for (const host of held.hosts) done.push(await onHost(held, host, identity, options, page));
    return resultOf(identity, done.map(({ table }) => table), done.some(({ changed }) => changed) ? 'changed' : 'unchanged');
  });
}

async function onHost(held: Held, host: OpenHost, identity: Identity, options: MaintenanceOptions, page: string): Promise<{ readonly table: RouteTable; readonly changed: boolean }> {
  const { ws } = held;
  const { from, to, proxy } = await wanted(ws, host, identity, options, page);
  const services = servicesOf(to);
  const asked = { id: proxy.id, provider: proxy.provider, context: proxy.context, host: host.name, place: proxy.place };
  if (sameTable(from, to) && (await isAcknowledged(asked, to, services))) return { table: from, changed: false };
  try {
    await runStep(held, host, `${host.name}/maintenance/${options.state}`, { effects: maintenanceScript(proxy, from, to, options.state === 'on' ? page : undefined) });
    await acknowledged(asked, to, services, { timeoutMs: acknowledgeMs, clock: ws.clock, signal: ws.signal });
  } catch (error) {
    if (isStagecraftError(error) && error.kind === 'external') await takeBack(held, host, proxy, from, to);
    throw notAcknowledged(error, options.state, identity.environment, host.name);
  }
  return { table: to, changed: true };
}

/** The table as it is and as it is to be, and the proxy that has it. */
async function wanted(ws: Workspace, host: OpenHost, identity: Identity, options: MaintenanceOptions, page: string): Promise<{ readonly from: RouteTable; readonly to: RouteTable; readonly proxy: ProxyInUse }> {
  const { environment } = identity;
  const [text, proxy] = await Promise.all([host.files.read(tablePath(host.scope)), servingProxy(ws, host, identity)]);
  if (!(await host.store.serving())) throw neverDeployed(identity);
  if (text === undefined || !proxy) throw fail({ code: 'SC4220', kind: 'user', message: `${environment} has no routes: no proxy leads requests to it, so none can answer in its place.`, next: ['Declare `routes` in stagecraft.yml and deploy (docs/proxies.md).'] });
  if (proxy.provider.maintenance !== true) throw fail({ code: 'SC4221', kind: 'user', message: `The proxy provider ${proxy.id} does not know maintenance.`, next: ['Use a newer version of its plugin, or another provider.'] });
  const from = JSON.parse(text) as RouteTable;
  if (options.state === 'off') return { from, to: opened(from), proxy };
  const asked = closed(from, page, { retryAfter: options.retryAfterS, since: new Date(ws.clock.now()).toISOString(), by: operatorOf(ws.processEnv) });
  // The same page again is no other maintenance: it is on since it was first asked for.
  return { from, to: sameTable(from, asked) ? from : asked, proxy };
}

async function pageOf(ws: Workspace, path: string | undefined): Promise<string> {
  if (path === undefined) return defaultPage;
  const page = await ws.files.read(path);
  if (page === undefined) throw fail({ code: 'SC4222', kind: 'user', message: `The page ${path} is not there.`, next: ['Name an HTML file below the project folder, or leave --page out.'] });
  const bytes = Buffer.byteLength(page);
  if (bytes > largestPage) throw fail({ code: 'SC4222', kind: 'user', message: `The page ${path} has ${bytes} bytes; a proxy answers at most ${largestPage} by itself.`, next: ['Make it smaller: leave pictures out, or name them by an address elsewhere.'] });
  return page;
}

/** What the proxy did not take is taken back from its files, or it would come with its next start. Under maintenance before and after there is nothing to take back. */
async function takeBack(held: Held, host: OpenHost, proxy: ProxyInUse, from: RouteTable, to: RouteTable): Promise<void> {
  if (from.maintenance && to.maintenance) return;
  await runStep(held, host, `${host.name}/maintenance/${to.maintenance ? 'on' : 'off'}`, { direction: 'undo', effects: maintenanceScript(proxy, to, from) }).catch(() => undefined);
}

function notAcknowledged(error: unknown, state: 'on' | 'off', environment: string, host: string): unknown {
  if (!isStagecraftError(error) || error.kind !== 'external') return error;
  return fail({
    code: 'SC4223',
    kind: 'external',
    message: `The proxy of ${host} did not take maintenance ${state} for ${environment}; requests are answered as before. ${error.message}`,
    next: [...error.next, 'stagecraft proxy status', 'If the proxy was made by an earlier version: stagecraft proxy upgrade'],
    cause: error,
  });
}

function resultOf({ project, environment }: Identity, tables: readonly RouteTable[], outcome: MaintenanceResult['outcome']): MaintenanceResult {
  const now = tables.find((table) => table.maintenance)?.maintenance;
  return { project, environment, outcome, state: now ? 'on' : 'off', ...(now ? { since: now.since, by: now.by, retryAfterS: now.retryAfter } : {}), services: servicesOf(...tables) };
}
