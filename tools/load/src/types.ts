/** Traffic in open loop: requests are sent when they are due, whether or not earlier ones were answered. */
export interface LoadOptions {
  /** `http:` to this machine: loopback, or a container of its engine. */
  readonly url: string;
  /** Requests a second that each open a connection of their own. */
  readonly fresh: number;
  /** Requests a second over connections that stay open. */
  readonly keepAlive: number;
  /** How many clients share the kept connections, each with its own; default 20. */
  readonly clients?: number;
  /** Requests that take long, in addition: one path, so many a second, half of them on kept connections. */
  readonly slow?: { readonly path: string; readonly rate: number };
  /** Ends by itself after so many seconds; default 600, the most. */
  readonly seconds?: number;
  /** Milliseconds after which a request counts as lost; default 5000. */
  readonly timeoutMs?: number;
  /** Requests that may be open at once; one that is due beyond them counts as lost. Default 2000. */
  readonly maxOpen?: number;
  /** Header that names the version of who answered; default `x-version`. */
  readonly versionHeader?: string;
}

export type Flow = 'fresh' | 'keep-alive' | 'slow';

/** A request without its whole, good answer. */
export interface Loss {
  /** Milliseconds since the load began, when it was sent. */
  readonly atMs: number;
  /** `http 502`, `ECONNREFUSED`, `timeout`, `cut`, ... */
  readonly kind: string;
  readonly flow: Flow;
}

export interface LoadReport {
  readonly url: string;
  readonly seconds: number;
  readonly sent: number;
  readonly ok: number;
  readonly lost: number;
  /** Sent and not yet answered; 0 after the end. */
  readonly open: number;
  readonly byFlow: Readonly<Record<Flow, { readonly sent: number; readonly lost: number }>>;
  readonly lostByKind: Readonly<Record<string, number>>;
  /** The first thousand. */
  readonly losses: readonly Loss[];
  /** Good answers by version. */
  readonly versions: Readonly<Record<string, number>>;
  /** The longest time without a good answer in which requests were lost. */
  readonly longestOutageMs: number;
  /** Of the good answers but the slow ones. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** How late the generator itself was at worst: a large figure says that the machine was too busy to measure. */
  readonly worstLagMs: number;
}
