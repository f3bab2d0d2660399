import type { WitnessSettings } from '../config/types.js';
import type { Finding } from '../plugin-api/failure.js';
import type { Location } from '../plugin-api/location.js';
import type { Route } from '../plugin-api/route.js';

/**
 * The canonical Compose model: what Compose's own long forms say, normalised so that the built-in reader and every
 * supported version of `docker compose config` give the same bytes. Interpolated, merged, `extends` resolved.
 */
export interface ComposeModel {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly networks: Readonly<Record<string, Json>>;
  readonly volumes: Readonly<Record<string, Json>>;
  readonly configs: Readonly<Record<string, Json>>;
  readonly secrets: Readonly<Record<string, Json>>;
  readonly findings: readonly Finding[];
  /** Which of the two readers read it. */
  readonly reader: 'compose' | 'built-in';
  /** The place of a path such as `['services', 'web', 'ports', 0]` in the user's files; the nearest ancestor's where unknown. */
  locate(path: readonly (string | number)[]): Location;
  /** What the user's files say at a path, interpolated and merged, in the form in which it was written; lists in the user's order. */
  written?(path: readonly (string | number)[]): Json | undefined;
}

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export interface ComposeService {
  readonly name: string;
  /** Canonical long-form section without `environment`, `env_file`, `build`, `profiles`, `depends_on`, `deploy.replicas`, `scale`. */
  readonly definition: Readonly<Record<string, Json>>;
  readonly build?: ComposeBuild;
  readonly image?: string;
  readonly profiles: readonly string[];
  readonly dependsOn: readonly Dependency[];
  readonly replicas?: number;
  /** Resolved environment: `env_file` entries below `environment`. Values may be secret: they never enter plans, state or logs. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface ComposeBuild {
  readonly context: string;
  readonly dockerfile?: string;
  readonly target?: string;
  readonly args: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly platforms: readonly string[];
  /** Sorted by id; absent: none. */
  readonly secrets?: readonly BuildSecret[];
}

/** A secret that single commands of the Dockerfile may read: `RUN --mount=type=secret,id=…`. It gets into no layer and no history. */
export interface BuildSecret {
  readonly id: string;
  /** Name in the top-level `secrets` of the Compose files. */
  readonly source: string;
}

export interface Dependency {
  readonly service: string;
  readonly condition: 'service_started' | 'service_healthy' | 'service_completed_successfully';
  readonly required: boolean;
  readonly restart: boolean;
}

/**
 * What an environment is to be: the sealed model of a release once images and values are known. Serialisable, free of secrets,
 * free of machine paths; a rollback plans from it alone.
 */
export interface Desired {
  readonly format: 1;
  readonly project: string;
  readonly environment: string;
  readonly composeProject: string;
  readonly driver: string;
  /** Sorted by name. Services that profiles leave out are not here. */
  readonly services: readonly DesiredService[];
  readonly networks: Readonly<Record<string, Json>>;
  readonly volumes: Readonly<Record<string, Json>>;
  readonly configs: Readonly<Record<string, Json>>;
  readonly secrets: Readonly<Record<string, Json>>;
  readonly routes: readonly (Route & { readonly location: Location })[];
  readonly proxy?: DesiredProxy;
  readonly hosts: readonly DesiredHost[];
  /** `maxParallel`, where there are several hosts: how many at a time, after the first; a number, or a percentage. */
  readonly rollout: { readonly onFailure: 'rollback' | 'pause' | 'continue'; readonly acknowledgeMs: number; readonly maxParallel?: number | string; readonly witness?: WitnessSettings };
}

export interface DesiredHost {
  readonly name: string;
  readonly roles: readonly string[];
}

export interface DesiredProxy {
  readonly provider: string;
  /** `package@version` that rendered it. */
  readonly package: string;
  readonly listen: { readonly http: number; readonly https: number };
  /** The provider's section; it holds no secret values. */
  readonly config: Readonly<Record<string, unknown>>;
}

/** `service`: long-running. `data`: holds what must not be lost. `job`: runs once a release. `external`: never deployed. */
export type ServiceKind = 'service' | 'data' | 'job' | 'external';

export interface DesiredService {
  readonly name: string;
  readonly kind: ServiceKind;
  readonly role: string;
  readonly replicas: number;
  /** What the config says, where `scale` gave it another number. */
  readonly configured?: number;
  readonly singleton: boolean;
  readonly location: Location;
  /**
   * The section to render: canonical, without environment, build, profiles, image, replicas. Mounted project files are named by
   * content: their `source` is `files/<sha256>/<name>` below the environment's folder on the host.
   */
  readonly definition: Readonly<Record<string, Json>>;
  readonly dependsOn: readonly Dependency[];
  readonly image: DesiredImage;
  readonly build?: DesiredBuild;
  /** Names of the environment variables, sorted. */
  readonly variables: readonly string[];
  /** Keyed digest of the values (HMAC with the environment's key); absent: unknown, as offline. */
  readonly valuesDigest?: string;
  readonly files: readonly MountedFile[];
  readonly healthcheck: boolean;
  readonly healthTimeoutMs: number;
  readonly settleMs: number;
  readonly drainMs: number;
  readonly stopGraceMs: number;
  /** Asked for in `stagecraft.yml`; absent: chosen by the verdict. */
  readonly strategy?: 'rolling' | 'recreate';
  /** Why it cannot be replaced without a gap; the verdict is made of these. */
  readonly obstacles: readonly Obstacle[];
  readonly routed: boolean;
}

export interface DesiredImage {
  /** As Compose names it, or `[<registry>/]<project>-<service>:<version>` for a built one. */
  readonly reference: string;
  /** `sha256:…`; absent: unknown until it is built or pulled. */
  readonly id?: string;
  /** `sha256:…`, by which the registry has it; absent: it was not pushed. */
  readonly digest?: string;
}

export interface DesiredBuild extends Omit<ComposeBuild, 'args'> {
  /** Names of the build arguments, sorted. Their values, which env files may have given, travel apart. */
  readonly args: readonly string[];
  /** Keyed digest of those values; absent: unknown, as offline, or there are none. */
  readonly argsDigest?: string;
  /** Services that run the same image; the first one, in lexical order, builds it. */
  readonly services: readonly string[];
  readonly provider: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/** A project file that a container mounts; it travels with the release, by content. */
export interface MountedFile {
  /** Path in the project folder, or `config:<name>` / `secret:<name>` for inline content. */
  readonly source: string;
  /** `files/<sha256>/<name>` below the environment's folder on the host; a folder is many entries with one digest. */
  readonly path: string;
  readonly digest: string;
  readonly mode: number;
  readonly secret: boolean;
}

export type ObstacleKind = 'host_port' | 'container_name' | 'writable_volume' | 'host_network' | 'no_healthcheck' | 'singleton' | 'data' | 'job' | 'static_address' | 'not_routed' | 'asked';

export interface Obstacle {
  readonly kind: ObstacleKind;
  /** A sentence, as in `publishes port 8080 of the host`. */
  readonly reason: string;
  readonly location: Location;
  /** True where it rules `rolling` out; false where it only limits the promise. */
  readonly blocks: boolean;
}
