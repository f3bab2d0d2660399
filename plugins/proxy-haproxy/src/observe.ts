import type { Context, ProxyPlace, RouteTable, Target } from '@stagecraft/core/plugin-api';
import type { Config } from './config.js';
import { markerOf, prefixOf, runtimePort } from './names.js';
import { readScript } from './read-script.js';
import { parseWorkers, type Slot, type Worker } from './workers.js';

/**
 * What HAProxy routes to now. The worker that takes new connections must have the table's routes: so a reload is acknowledged by the same
 * question. A worker that a reload replaced still answers those connections that it has, so its targets count too.
 * @throws `haproxy/runtime-api` when the runtime API cannot be asked, `haproxy/routes` while other routes are loaded.
 */
export async function observe(ctx: Context<Config>, host: string, place: ProxyPlace, table: RouteTable): Promise<readonly Target[]> {
  const workers = await ask(ctx, host, place);
  const prefix = prefixOf(table);
  const marker = markerOf(table);
  const current = workers[0];
  const loaded = marker === undefined ? !current?.backends.some((name) => name.startsWith(prefix)) : current?.backends.includes(marker);
  if (!loaded) throw ctx.fail({ kind: 'external', code: 'haproxy/routes', message: `HAProxy on ${host} has other routes loaded than its files say.`, next: [`docker logs ${place.container}`] });
  const found = new Map<string, Target>();
  for (const slot of workers.flatMap((worker) => worker.slots)) {
    const state = stateOf(slot);
    if (!slot.backend.startsWith(prefix) || !state) continue;
    const key = `${slot.name}:${slot.port}`;
    if (found.get(key)?.state !== 'in') found.set(key, { id: slot.name, service: slot.backend.slice(prefix.length).split(':')[0] ?? '', port: slot.port, state });
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, target]) => target);
}

/** Requests that are open on the target in all workers: exact. @throws `haproxy/runtime-api` */
export async function open(ctx: Context<Config>, host: string, place: ProxyPlace, target: Target): Promise<number> {
  const workers = await ask(ctx, host, place);
  const slots = workers.flatMap((worker) => worker.slots).filter((slot) => slot.name === target.id && slot.port === target.port);
  return slots.reduce((sum, slot) => sum + slot.open, 0);
}

async function ask(ctx: Context<Config>, host: string, place: ProxyPlace): Promise<readonly Worker[]> {
  const { exitCode, stdout, stderr } = await ctx.on(host).exec(['docker', 'exec', place.container, 'sh', '-c', readScript, 'sh', String(runtimePort(place))], { timeoutMs: 10_000 });
  const workers = parseWorkers(stdout);
  if (exitCode === 0 && workers.length > 0) return workers;
  throw ctx.fail({
    kind: 'external',
    code: 'haproxy/runtime-api',
    message: `HAProxy's runtime API on ${host} cannot be asked: ${stderr.trim().split('\n').at(-1) || `exit code ${exitCode}, ${workers.length} workers`}.`,
    next: [`docker logs ${place.container}`],
  });
}

function stateOf(slot: Slot): Target['state'] | undefined {
  // 1, 2, 32: maintenance, forced, inherited or because the name has no address. 8, 16: drain. 2: running.
  if ((slot.admin & (1 | 2 | 32)) !== 0 || slot.address === '-' || slot.operational !== 2) return undefined;
  return (slot.admin & (8 | 16)) === 0 ? 'in' : 'draining';
}
