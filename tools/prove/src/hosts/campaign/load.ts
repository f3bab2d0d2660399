import { startLoad, type LoadReport, type RunningLoad } from '@stagecraft-tools/load';
import type { TestHost } from '@stagecraft-tools/hosts';

/** Milliseconds of the clock between which a host cannot serve. */
export interface Dark {
  readonly host: TestHost;
  readonly from: number;
  readonly to: number;
}

export interface Served {
  readonly sent: number;
  /** Where a release could serve. */
  readonly lost: number;
  /** By a host that was off, hung or cut off. */
  readonly explained: number;
  readonly kinds: string;
}

/** A light load on each host's proxy by itself, in open loop. */
export async function watched(hosts: readonly TestHost[], urlOf: (host: TestHost) => string): Promise<{ stop(dark?: Dark): Promise<Served> }> {
  const loads = await Promise.all(
    hosts.map(async (host): Promise<{ readonly host: TestHost; readonly load: RunningLoad; readonly begun: number }> => {
      const load = await startLoad({ url: urlOf(host), fresh: 5, keepAlive: 5, clients: 2, seconds: 590 });
      // Its own times count from here.
      return { host, load, begun: Date.now() };
    }),
  );
  return {
    async stop(dark) {
      const reports = await Promise.all(loads.map(async ({ host, load, begun }) => served(await load.stop(), host, begun, dark?.host === host ? dark : undefined)));
      const sum = (pick: (one: Served) => number): number => reports.reduce((all, one) => all + pick(one), 0);
      return { sent: sum((one) => one.sent), lost: sum((one) => one.lost), explained: sum((one) => one.explained), kinds: reports.map(({ kinds }) => kinds).filter((kinds) => kinds !== '').join(' ') };
    },
  };
}

/** A request that was under way when the host went dark was lost with it, and one that is sent as it comes back may be. */
const MARGIN = 600;

/** The report tells of a thousand losses one by one, which is more than a light load can lose within its time. */
function served({ sent, lost, losses, worstLagMs }: LoadReport, host: TestHost, begun: number, dark: Dark | undefined): Served {
  const inside = (atMs: number): boolean => dark !== undefined && begun + atMs >= dark.from - MARGIN && begun + atMs <= dark.to + MARGIN;
  const others = losses.filter(({ atMs }) => !inside(atMs));
  const when = (atMs: number): string => (dark ? `${((begun + atMs - dark.from) / 1000).toFixed(1)} s after it went dark` : `at ${(atMs / 1000).toFixed(1)} s`);
  const kinds = others.length === 0 ? '' : `${host.name}: ${others.slice(0, 3).map(({ kind, flow, atMs }) => `${kind} (${flow}) ${when(atMs)}`).join(', ')}${dark ? `, dark for ${((dark.to - dark.from) / 1000).toFixed(1)} s` : ''}, the load was late by up to ${Math.round(worstLagMs)} ms`;
  return { sent, lost: lost - losses.length + others.length, explained: losses.length - others.length, kinds };
}
