/** One public route as the user declared it, proxy-neutral. */
export interface Route {
  /** Host name to match, lower case; absent: every host. */
  readonly host?: string;
  /** Path prefix to match on whole segments, beginning with `/`; absent: `/`. */
  readonly path?: string;
  readonly service: string;
  /** Port inside the service's container. */
  readonly port: number;
}

/** One container that a proxy may send requests to, by a name that is unique to its release and replica. */
export interface Target {
  /** Also the network alias: `<service>-<release>-<n>`. */
  readonly id: string;
  readonly service: string;
  readonly port: number;
  /** `in`: gets requests. `draining`: finishes those it has. */
  readonly state: 'in' | 'draining';
}

/** Instead of leading its requests to containers a table may answer them all: 503, `Retry-After`, and a page. */
export interface Maintenance {
  /** Path of the page (HTML), relative to the proxy's folder. */
  readonly page: string;
  /** SHA-256 of the page: another one is another page under the same path. */
  readonly digest: string;
  /** Seconds, for `Retry-After`. */
  readonly retryAfter: number;
  /** ISO 8601, by the operator's clock; shown, never decided on. */
  readonly since: string;
  readonly by: string;
}

/** Everything that one project and environment routes through a host's proxy at one moment. */
export interface RouteTable {
  readonly project: string;
  readonly environment: string;
  readonly routes: readonly Route[];
  readonly targets: readonly Target[];
  /** While it is set no request reaches a target; the targets are listed and changed as ever, so that a deploy goes on below it. */
  readonly maintenance?: Maintenance;
}
