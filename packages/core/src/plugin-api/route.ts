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

/** Everything that one project and environment routes through a host's proxy at one moment. */
export interface RouteTable {
  readonly project: string;
  readonly environment: string;
  readonly routes: readonly Route[];
  readonly targets: readonly Target[];
}
