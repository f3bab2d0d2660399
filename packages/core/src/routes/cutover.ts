import { fail, isStagecraftError } from '../errors/index.js';
import type { Context } from '../plugin-api/context.js';
import type { ProxyPlace, ProxyProvider } from '../plugin-api/proxy.js';
import type { RouteTable, Target } from '../plugin-api/route.js';
import type { Clock } from '../ports/clock.js';

/** A proxy, and how to ask it. */
export interface Asked {
  readonly id: string;
  readonly provider: Pick<ProxyProvider, 'observe'>;
  readonly context: Context;
  readonly host: string;
  readonly place: ProxyPlace;
}

export interface Acknowledgement {
  /** Milliseconds until the proxy listed what was wanted. */
  readonly ms: number;
  readonly polls: number;
}

/** Between two questions; a proxy that is slow to answer is asked less often by itself. */
const betweenMs = 25;

/**
 * Waits until the running proxy lists exactly the table's `in` targets for these services: nothing less, nothing else. Time alone is never an
 * acknowledgement.
 * @throws StagecraftError SC4201 `external` when the time is over, saying what was listed and what was wanted; the signal's reason on abort.
 */
export async function acknowledged(asked: Asked, table: RouteTable, services: readonly string[], limits: { readonly timeoutMs: number; readonly clock: Clock; readonly signal: AbortSignal }): Promise<Acknowledgement> {
  const { clock, signal, timeoutMs } = limits;
  const wanted = namesIn(table.targets, services);
  const begun = clock.now();
  for (let polls = 1; ; polls += 1) {
    signal.throwIfAborted();
    const seen = await ask(asked, table, services);
    if ('listed' in seen && same(seen.listed, wanted)) return { ms: clock.now() - begun, polls };
    if (clock.now() - begun >= timeoutMs) throw notAcknowledged(asked, table, wanted, seen, timeoutMs);
    await clock.sleep(betweenMs, signal);
  }
}

/** Whether it lists them now. A proxy that cannot be asked does not. */
export async function isAcknowledged(asked: Asked, table: RouteTable, services: readonly string[]): Promise<boolean> {
  const seen = await ask(asked, table, services);
  return 'listed' in seen && same(seen.listed, namesIn(table.targets, services));
}

type Seen = { readonly listed: readonly string[] } | { readonly error: unknown };

async function ask(asked: Asked, table: RouteTable, services: readonly string[]): Promise<Seen> {
  try {
    return { listed: namesIn(await asked.provider.observe(asked.context, asked.host, asked.place, table), services) };
  } catch (error) {
    // A proxy that reloads may not answer for a moment; what never answers is told when the time is over. A bug is told at once.
    if (!isStagecraftError(error) || error.kind !== 'external') throw error;
    return { error };
  }
}

function namesIn(targets: readonly Target[], services: readonly string[]): readonly string[] {
  return [...new Set(targets.filter((target) => target.state === 'in' && services.includes(target.service)).map((target) => `${target.id}:${target.port}`))].sort();
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, index) => name === b[index]);
}

function notAcknowledged(asked: Asked, table: RouteTable, wanted: readonly string[], seen: Seen, timeoutMs: number): Error {
  const listed = 'listed' in seen ? `It lists ${listOf(seen.listed)}` : `It cannot tell: ${seen.error instanceof Error ? seen.error.message : String(seen.error)}`;
  return fail({
    code: 'SC4201',
    kind: 'external',
    message: `The proxy ${asked.id} on ${asked.host} did not acknowledge the routes of ${table.project} (${table.environment}) within ${timeoutMs / 1000} s. ${listed.replace(/\.$/, '')}; wanted: ${listOf(wanted)}.`,
    next: [`docker logs ${asked.place.container}`],
    ...('error' in seen ? { cause: seen.error } : {}),
  });
}

function listOf(names: readonly string[]): string {
  return names.length === 0 ? 'no target' : names.join(', ');
}
