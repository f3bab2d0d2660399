import { Agent, request } from 'node:http';
import { refusedTarget } from './target.js';
import { createTally } from './tally.js';
import type { Flow, LoadOptions, LoadReport } from './types.js';

export interface Generator {
  report(): LoadReport;
  /** Sends no more, waits for what is open, and gives the last report. */
  stop(): Promise<LoadReport>;
  /** After `seconds`, or after `stop`. */
  readonly ended: Promise<LoadReport>;
}

/** Sends the load from this very process; whoever is busy with other things takes `startLoad`. @throws Error for a refused target or rate. */
export function generate(options: LoadOptions): Generator {
  const refused = refusedTarget(options.url) ?? refusedRate(options);
  if (refused !== undefined) throw new Error(refused);
  const { timeoutMs = 5000, maxOpen = 2000, versionHeader = 'x-version', slow } = options;
  const tally = createTally();
  const begun = performance.now();
  const now = (): number => performance.now() - begun;
  const clients = Array.from({ length: options.clients ?? 20 }, () => new Agent({ keepAlive: true }));
  let open = 0;
  let turn = 0;
  let idle = (): void => undefined;

  const flows = [
    { flow: 'fresh', rate: options.fresh, url: new URL(options.url), kept: () => false },
    { flow: 'keep-alive', rate: options.keepAlive, url: new URL(options.url), kept: () => true },
    { flow: 'slow', rate: slow?.rate ?? 0, url: new URL(slow?.path ?? '/', options.url), kept: (count: number) => count % 2 === 1 },
  ].map((flow) => ({ ...flow, flow: flow.flow as Flow, count: 0 }));

  const send = (flow: Flow, url: URL, kept: boolean, dueMs: number): void => {
    const atMs = now();
    tally.sent(flow, atMs - dueMs);
    if (open >= maxOpen) return tally.lost({ atMs: Math.round(atMs), kind: 'too many open', flow });
    open += 1;
    let settled = false;
    const settle = (kind: string | undefined, version?: string): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      open -= 1;
      if (kind === undefined) tally.ok(flow, version, now() - atMs, now());
      else tally.lost({ atMs: Math.round(atMs), kind, flow });
      if (open === 0) idle();
    };
    const asked = request(url, { agent: kept ? (clients[turn++ % clients.length] as Agent) : false }, (answer) => {
      const version = answer.headers[versionHeader];
      answer.resume();
      answer.on('end', () => settle(!answer.complete ? 'cut' : answer.statusCode === 200 ? undefined : `http ${answer.statusCode ?? 0}`, typeof version === 'string' ? version : undefined));
      answer.on('error', () => settle('cut'));
    });
    const timer = setTimeout(() => {
      settle('timeout');
      asked.destroy();
    }, timeoutMs);
    asked.on('error', (error: NodeJS.ErrnoException) => settle(error.code ?? error.message));
    asked.end();
  };

  const tick = (): void => {
    for (const one of flows) {
      for (const due = Math.floor((now() / 1000) * one.rate); one.count < due; one.count += 1) send(one.flow, one.url, one.kept(one.count), ((one.count + 1) / one.rate) * 1000);
    }
  };
  const ticking = setInterval(tick, 2);

  let ending: Promise<LoadReport> | undefined;
  let tellEnd: (report: LoadReport) => void;
  const ended = new Promise<LoadReport>((resolve) => (tellEnd = resolve));
  const report = (): LoadReport => tally.report(options.url, now());
  const stop = (): Promise<LoadReport> => {
    ending ??= (async () => {
      clearInterval(ticking);
      clearTimeout(bound);
      const lasted = now();
      await new Promise<void>((resolve) => {
        idle = resolve;
        if (open === 0) resolve();
      });
      for (const client of clients) client.destroy();
      const last = tally.report(options.url, lasted);
      tellEnd(last);
      return last;
    })();
    return ending;
  };
  const bound = setTimeout(() => void stop(), (options.seconds ?? 600) * 1000);
  return { report, stop, ended };
}

function refusedRate({ fresh, keepAlive, slow, seconds = 600, clients = 20 }: LoadOptions): string | undefined {
  const rates = [fresh, keepAlive, slow?.rate ?? 0];
  if (rates.some((rate) => !(rate >= 0)) || rates.reduce((sum, rate) => sum + rate, 0) > 5000) return 'a rate is a number of requests a second, at most 5000 in all';
  if (!(seconds > 0 && seconds <= 600)) return 'a load lasts more than 0 and at most 600 seconds';
  return clients >= 1 && clients <= 1000 ? undefined : 'there are 1 to 1000 clients';
}
