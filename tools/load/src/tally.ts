import { createHistogram } from './histogram.js';
import type { Flow, LoadReport, Loss } from './types.js';

export interface Tally {
  sent(flow: Flow, lagMs: number): void;
  ok(flow: Flow, version: string | undefined, tookMs: number, nowMs: number): void;
  lost(loss: Loss): void;
  report(url: string, nowMs: number): LoadReport;
}

/** Counts what became of the requests. Times are milliseconds since the load began. */
export function createTally(): Tally {
  const latencies = createHistogram();
  const byFlow = { fresh: { sent: 0, lost: 0 }, 'keep-alive': { sent: 0, lost: 0 }, slow: { sent: 0, lost: 0 } };
  const lostByKind: Record<string, number> = {};
  const versions: Record<string, number> = {};
  const losses: Loss[] = [];
  let [ok, lost, worstLagMs, lastOkMs, longestOutageMs] = [0, 0, 0, 0, 0];
  let lostSinceOk = false;

  return {
    sent(flow, lagMs) {
      byFlow[flow].sent += 1;
      worstLagMs = Math.max(worstLagMs, lagMs);
    },
    ok(flow, version, tookMs, nowMs) {
      ok += 1;
      if (version !== undefined) versions[version] = (versions[version] ?? 0) + 1;
      if (flow !== 'slow') latencies.add(tookMs);
      if (lostSinceOk) longestOutageMs = Math.max(longestOutageMs, nowMs - lastOkMs);
      lostSinceOk = false;
      lastOkMs = nowMs;
    },
    lost(loss) {
      lost += 1;
      byFlow[loss.flow].lost += 1;
      lostByKind[loss.kind] = (lostByKind[loss.kind] ?? 0) + 1;
      if (losses.length < 1000) losses.push(loss);
      lostSinceOk = true;
    },
    report(url, nowMs) {
      const sent = byFlow.fresh.sent + byFlow['keep-alive'].sent + byFlow.slow.sent;
      return {
        url,
        seconds: Math.round(nowMs / 100) / 10,
        sent,
        ok,
        lost,
        open: sent - ok - lost,
        byFlow,
        lostByKind: sorted(lostByKind),
        losses,
        versions: sorted(versions),
        longestOutageMs: Math.round(lostSinceOk ? Math.max(longestOutageMs, nowMs - lastOkMs) : longestOutageMs),
        p50Ms: latencies.quantile(0.5),
        p99Ms: latencies.quantile(0.99),
        worstLagMs: Math.round(worstLagMs),
      };
    },
  };
}

function sorted(counts: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1)));
}
