import type { Context } from './context.js';
import type { Descriptor } from './descriptor.js';
import type { Finding } from './failure.js';
import type { Location } from './location.js';
import type { RouteTable, Target } from './route.js';

/** A file for the proxy's folder on a host; `path` is relative to that folder. */
export interface ProxyFile {
  readonly path: string;
  readonly content: string;
}

/** How the host's one shared proxy is run. Core writes it as a Compose project of its own and keeps it running. */
export interface ProxyService {
  readonly image: string;
  readonly command: readonly string[];
  /** `published:container` on all addresses, or `127.0.0.1:published:container`. */
  readonly ports: readonly string[];
  /** Folder inside the container where the proxy's folder on the host is mounted read-only. */
  readonly folder: string;
  /** Files that the proxy needs whatever the projects route. */
  readonly files: readonly ProxyFile[];
  /**
   * Takes the place of the file of the same path while the proxy is about to be stopped: with it each answer ends its client's connection, and says so. A proxy
   * that ends kept connections like this once it is told to stop needs none.
   */
  readonly leaving?: ProxyFile;
  readonly healthcheck?: { readonly test: readonly string[] };
}

/** What the provider needs to know about a host's set-up to render the proxy. */
export interface ProxyPlace {
  /** Published ports for the public entry points. */
  readonly listen: { readonly http: number; readonly https: number };
  /** Port on 127.0.0.1 of the host for the proxy's own API. */
  readonly apiPort: number;
  /** Gateway address of the proxy's own network: only from there may the API be asked. */
  readonly gateway: string;
  /** Name of the proxy's container. */
  readonly container: string;
}

/** How to bring a change of the table to the running proxy. Core runs it inside one fenced script, files first. */
export interface ProxyChange {
  /** Written by atomic rename before `run`. A restarted proxy must route right from these alone. */
  readonly files: readonly ProxyFile[];
  /** Files to delete. */
  readonly remove: readonly string[];
  /** Commands to run on the host after the files are in place, in order; `stdin` is fed to the command. */
  readonly run: readonly { readonly argv: readonly string[]; readonly stdin?: string }[];
}

/** What a proxy provider may look at in the Compose file to warn about. */
export interface ComposeGlance {
  readonly services: readonly { readonly name: string; readonly labels: Readonly<Record<string, string>>; readonly location: Location; readonly labelLocations: Readonly<Record<string, Location>> }[];
}

/**
 * Renders routes for a proxy and tells what the running proxy really routes to.
 * `service`, `change` and `check` are pure; core alone runs, polls and times out.
 */
export interface ProxyProvider<Config = unknown> extends Descriptor<'proxy', Config> {
  service(config: Config, place: ProxyPlace): ProxyService;
  /** The change from table `from` (absent: nothing was routed) to `to` (absent: nothing is routed any more). */
  change(config: Config, place: ProxyPlace, from: RouteTable | undefined, to: RouteTable | undefined): ProxyChange;
  /**
   * Asks the running proxy which targets of this project and environment it really routes to now, for each route's service.
   * @throws an `external` failure when the proxy cannot be asked.
   */
  observe(ctx: Context<Config>, host: string, place: ProxyPlace, table: RouteTable): Promise<readonly Target[]>;
  /** Number of requests that are open on the target now; absent or undefined: the proxy cannot tell. */
  open?(ctx: Context<Config>, host: string, place: ProxyPlace, target: Target): Promise<number | undefined>;
  /** `change` and `observe` know tables under maintenance. Absent: `stagecraft maintenance` is refused. */
  readonly maintenance?: true;
  check?(compose: ComposeGlance): readonly Finding[];
}
