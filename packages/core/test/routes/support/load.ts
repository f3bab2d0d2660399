import http from 'node:http';

export interface LoadResult {
  readonly sent: number;
  readonly ok: number;
  /** Kind of failure -> how often. */
  readonly lost: Readonly<Record<string, number>>;
  /** Who answered -> how often. */
  readonly names: Readonly<Record<string, number>>;
}

export interface Load {
  /** Ends it, waits for what is open, and tells. */
  stop(): Promise<LoadResult>;
}

/** Open-loop load: requests are sent at the rate whatever becomes of them; every tenth new one takes a second. */
export function startLoad(url: string, rate: number, keepAlive: boolean): Load {
  const agent = new http.Agent({ keepAlive, maxSockets: keepAlive ? 100 : Infinity });
  const lost: Record<string, number> = {};
  const names: Record<string, number> = {};
  let sent = 0;
  let ok = 0;
  const lose = (kind: string): void => void (lost[kind] = (lost[kind] ?? 0) + 1);
  const one = (): void => {
    sent += 1;
    let over = false;
    const end = (kind?: string): void => {
      if (over) return;
      over = true;
      if (kind === undefined) ok += 1;
      else lose(kind);
    };
    const request = http.get(`${url}${sent % 20 === 0 ? '/slow' : '/x'}`, { agent, timeout: 8_000 }, (response) => {
      response.resume();
      response.once('end', () => {
        const name = String(response.headers['x-name']);
        if (response.statusCode === 200) names[name] = (names[name] ?? 0) + 1;
        end(response.statusCode === 200 ? undefined : `http ${response.statusCode}`);
      });
      response.once('error', () => end('body'));
    });
    request.once('timeout', () => request.destroy(new Error('timeout')));
    request.once('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
  };
  const begun = Date.now();
  const beat = setInterval(() => {
    const due = Math.floor(((Date.now() - begun) / 1000) * rate);
    while (sent < due) one();
  }, 5);
  return {
    async stop() {
      clearInterval(beat);
      const until = Date.now() + 10_000;
      while (ok + Object.values(lost).reduce((a, b) => a + b, 0) < sent && Date.now() < until) await new Promise((r) => setTimeout(r, 50));
      agent.destroy();
      const unanswered = sent - ok - Object.values(lost).reduce((a, b) => a + b, 0);
      return { sent, ok, lost: unanswered > 0 ? { ...lost, unanswered } : lost, names };
    },
  };
}
