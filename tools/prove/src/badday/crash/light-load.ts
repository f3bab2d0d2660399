import { startLoad, type LoadReport, type RunningLoad } from '@stagecraft-tools/load';
import { must } from '../../point.js';
import type { Arena } from './arena.js';

export interface Watched {
  /** @throws Error when a request was lost since the last look. */
  expectNoLoss(where: string): Promise<void>;
  /** May be called twice. */
  stop(): Promise<{ readonly sent: number; readonly lost: number }>;
}

/** Requests in open loop for as long as it takes: a load ends by itself after ten minutes, so it is begun anew before. */
export async function lightLoad(arena: Arena): Promise<Watched> {
  const begin = (): Promise<RunningLoad> => startLoad({ url: `http://127.0.0.1:${arena.port}/`, fresh: 8, keepAlive: 8, clients: 4, timeoutMs: 30_000 });
  let load = await begin();
  let [since, sent, lost, stopped] = [Date.now(), 0, 0, false];
  const add = (report: LoadReport): void => {
    sent += report.sent;
    lost += report.lost;
  };
  return {
    async expectNoLoss(where) {
      const report = await load.report();
      must(report.lost === 0, `${report.lost} of ${report.sent} requests were lost (${JSON.stringify(report.losses.slice(0, 5))}): ${where}`);
      if (Date.now() - since < 300_000) return;
      add(await load.stop());
      [load, since] = [await begin(), Date.now()];
    },
    async stop() {
      if (!stopped) add(await load.stop());
      stopped = true;
      return { sent, lost };
    },
  };
}
