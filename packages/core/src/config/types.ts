import type { Finding } from '../plugin-api/failure.js';
import type { Location } from '../plugin-api/location.js';
import type { Route } from '../plugin-api/route.js';

/** Where a value comes from: one order everywhere, flag > variable > environment's section > top level > default. */
export type Origin =
  | { readonly kind: 'flag'; readonly name: string }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'file'; readonly location: Location }
  | { readonly kind: 'default' };

/** `stagecraft.yml` as read: valid by the schema, every node knows its line. Environments are not yet resolved. */
export interface ConfigFile {
  /** Relative to the project folder, as in `stagecraft.yml`. */
  readonly file: string;
  /** Absolute folder that holds it: the project folder. Never rendered anywhere. */
  readonly folder: string;
  /** The raw data, as YAML gives it, after the schema check. */
  readonly data: Readonly<Record<string, unknown>>;
  /**
   * The place of a path such as `['environments', 'prod', 'hosts']`; of the nearest ancestor where it is not written. Of its key, or
   * with `value` of what stands behind it.
   */
  locate(path: readonly (string | number)[], part?: 'key' | 'value'): Location;
  /** Names of variables that the file mentions, sorted. */
  readonly mentions: readonly string[];
  /** Names of the environments, in lexical order. */
  readonly environments: readonly string[];
}

/** One environment's settings: everything merged, interpolated, defaulted. Serialisable but for `locate`. */
export interface Settings {
  readonly project: string;
  readonly environment: string;
  readonly driver: string;
  /** Compose project name, default `<project>-<env>`. */
  readonly composeProject: string;
  /** Compose files, relative to the project folder, in merge order. */
  readonly compose: readonly string[];
  readonly profiles: readonly string[];
  readonly images: 'pull' | 'carry';
  /** Where built images are pushed: `registry.example.com/shop`. */
  readonly registry?: string;
  readonly registries: readonly RegistrySettings[];
  readonly hosts: readonly HostSettings[];
  readonly backends: readonly BackendSettings[];
  readonly services: Readonly<Record<string, ServiceSettings>>;
  readonly routes: readonly RouteSettings[];
  /** Present where there are routes. */
  readonly proxy: ProxySettings | undefined;
  readonly rollout: RolloutSettings;
  readonly retention: { readonly releases: number };
  /** Names of `secrets.names`, sorted. */
  readonly secretNames: readonly string[];
  /** Present where the file has the section. */
  readonly secrets?: SecretsSettings;
  /** Dotted path -> where the value came from, for `config show`. */
  readonly origins: Readonly<Record<string, Origin>>;
  /** Dotted path -> value, of the same paths. Those of `variables.*` may be secret. */
  readonly values?: Readonly<Record<string, unknown>>;
  /** What interpolates Compose: `.env` < `env_file` < `env` < the process variables that the two files mention. Values may be secret. */
  readonly variables: Readonly<Record<string, string>>;
  readonly findings: readonly Finding[];
}

export interface HostSettings {
  readonly name: string;
  readonly address?: string;
  readonly privateAddress?: string;
  readonly user?: string;
  readonly roles: readonly string[];
  readonly hostKey?: string;
  readonly location: Location;
}

export interface BackendSettings {
  readonly name: string;
  readonly provider: string;
  /** Empty: every service with `build:` that no other backend names. */
  readonly services: readonly string[];
  /** The provider's own section. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly location: Location;
}

export interface ServiceSettings {
  readonly role?: string;
  readonly replicas?: number;
  readonly singleton: boolean;
  readonly data?: boolean;
  readonly mode: 'container' | 'external';
  readonly strategy?: 'rolling' | 'recreate';
  readonly healthTimeoutMs: number;
  readonly settleMs: number;
  readonly drainMs: number;
  /** Named secrets that its containers may get, sorted; absent: all. */
  readonly secrets?: readonly string[];
  readonly location: Location;
}

export interface RouteSettings extends Route {
  readonly location: Location;
}

export interface ProxySettings {
  readonly provider: string;
  readonly listen: { readonly http: number; readonly https: number };
  readonly config: Readonly<Record<string, unknown>>;
  readonly location: Location;
}

/** A registry that asks who pushes and pulls. */
export interface RegistrySettings {
  /** With its port, where it has one of its own. */
  readonly host: string;
  /** Names of variables. */
  readonly usernameEnv: string;
  readonly passwordEnv: string;
  readonly location: Location;
}

export interface SecretsSettings {
  /** Absent: no provider is asked; values come from the environment's variables. */
  readonly provider?: string;
  /** The provider's own section. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Sorted by name. */
  readonly names: readonly { readonly name: string; readonly location: Location }[];
}

export interface RolloutSettings {
  readonly maxParallel: string | number;
  readonly onFailure: 'rollback' | 'pause' | 'continue';
  /** How long the proxy may take to acknowledge a change, milliseconds. */
  readonly acknowledgeMs: number;
  /** How long a host whose connection broke is waited for before it counts as failed, milliseconds. */
  readonly unreachableMs: number;
  readonly witness?: WitnessSettings;
}

export interface WitnessSettings {
  readonly url: string;
  /** Requests a second. */
  readonly rate: number;
  /** How many may be lost; absent: any number. */
  readonly budget?: number;
}
