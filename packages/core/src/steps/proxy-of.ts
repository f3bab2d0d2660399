import { fail } from '../errors/index.js';
import { routesAcknowledged } from '../io/catalogue/routes.js';
import type { RouteTable } from '../plugin-api/route.js';
import { acknowledged, isAcknowledged, type Asked } from '../routes/cutover.js';
import { changeScript, tableFile } from '../routes/proxy-files.js';
import { emptyTable, sameTable } from '../routes/table.js';
import type { ProxyInUse, StepWorld } from './types.js';

/** The proxy of a step that has to do with routes. @throws StagecraftError SC4207 `bug` where the world has none. */
export function proxyOf(world: StepWorld): ProxyInUse {
  if (!world.proxy) throw fail({ code: 'SC4207', kind: 'bug', message: `A step of ${world.host} changes routes, and no proxy was loaded for it.` });
  return world.proxy;
}

/** sh that brings the table `to` to the host's proxy: files, then what the provider runs. It takes the proxy's lock. */
export function tableScript(world: StepWorld, from: RouteTable, to: RouteTable): string {
  const { id, provider, config, place } = proxyOf(world);
  return ['proxy_lock', changeScript(provider.change(config, place, from, to), id, to)].join('\n');
}

/** Whether the table is the one that the host has as data, and the proxy lists exactly its targets of these services now. */
export async function lists(world: StepWorld, table: RouteTable, services: readonly string[]): Promise<boolean> {
  // Files for the proxy come first, the data last: a script that died between them has more to do.
  return sameTable(await readTable(world, table), table) && isAcknowledged(asked(world), table, services);
}

async function readTable(world: StepWorld, owner: RouteTable): Promise<RouteTable> {
  const text = await world.files.read(`${world.scope.root}/proxy/${tableFile(owner)}`);
  return text === undefined ? emptyTable(owner.project, owner.environment) : (JSON.parse(text) as RouteTable);
}

/** Waits until it does, and tells how long that took. @throws StagecraftError SC4201 */
export async function untilListed(world: StepWorld, table: RouteTable, services: readonly string[], timeoutMs: number): Promise<void> {
  const { id, context } = proxyOf(world);
  world.waiting(`${id} to list the targets of ${services.join(', ')}`);
  const { ms } = await acknowledged(asked(world), table, services, { timeoutMs, clock: world.clock, signal: world.signal });
  const targets = table.targets.filter((target) => target.state === 'in' && services.includes(target.service)).map((target) => target.id);
  context.io.event(routesAcknowledged({ host: world.host, proxy: id, services, targets: [...new Set(targets)].sort(), ms }));
}

/** Every service that either table routes, sorted. */
export function servicesOf(...tables: readonly RouteTable[]): readonly string[] {
  return [...new Set(tables.flatMap((table) => [...table.routes, ...table.targets]).map(({ service }) => service))].sort();
}

function asked(world: StepWorld): Asked {
  const { id, provider, context, place } = proxyOf(world);
  return { id, provider, context, place, host: world.host };
}
