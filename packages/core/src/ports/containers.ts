/** What an engine says of one container. */
export interface ContainerState {
  readonly id: string;
  readonly name: string;
  /** Compose project, service and number, from its labels. */
  readonly project?: string;
  readonly service?: string;
  readonly number?: number;
  /** `sha256:…` of the image that it runs. */
  readonly image: string;
  readonly imageName: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly status: 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead';
  readonly health?: 'starting' | 'healthy' | 'unhealthy';
  /** Output of the last health check, trimmed. */
  readonly healthOutput?: string;
  readonly exitCode?: number;
  readonly restartCount: number;
  readonly restartPolicy: string;
  /** ISO 8601; absent when it never started. */
  readonly startedAt?: string;
  readonly finishedAt?: string;
  readonly createdAt: string;
  /** Process id on the host; 0 when not running. */
  readonly pid: number;
  readonly networks: Readonly<Record<string, { readonly address: string; readonly aliases: readonly string[] }>>;
  readonly ports: readonly { readonly hostIp: string; readonly host: number; readonly container: number; readonly protocol: string }[];
  readonly mounts: readonly { readonly type: string; readonly name?: string; readonly source: string; readonly target: string; readonly writable: boolean }[];
}

export interface ImageState {
  /** `sha256:…` */
  readonly id: string;
  readonly tags: readonly string[];
  readonly digests: readonly string[];
  readonly architecture: string;
  readonly os: string;
  readonly size: number;
  readonly labels: Readonly<Record<string, string>>;
  /** Folders that the image declares as volumes. */
  readonly volumes: readonly string[];
  readonly workdir: string;
  readonly exposed: readonly number[];
  readonly healthcheck: boolean;
  /** Digests of its layers as they are unpacked, lowest first. */
  readonly layers?: readonly string[];
  readonly createdAt: string;
}

export interface EngineInfo {
  readonly version: string;
  readonly apiVersion: string;
  readonly architecture: string;
  readonly os: string;
  readonly name: string;
  readonly id: string;
}

export interface LogLine {
  readonly container: string;
  readonly stream: 'stdout' | 'stderr';
  /** RFC 3339 with nanoseconds, as the engine wrote it. */
  readonly time: string;
  readonly text: string;
}

export interface LogOptions {
  readonly follow?: boolean;
  /** Seconds since the epoch, or RFC 3339. */
  readonly since?: string;
  readonly tail?: number;
  readonly signal?: AbortSignal;
}

/** Reads and streams from a container engine. It never changes anything: scripts do. @throws StagecraftError `external` when the engine does not answer. */
export interface Containers {
  info(): Promise<EngineInfo>;
  /** All containers, of any status, that carry every label (`true`: with any value), sorted by service, number, id. */
  list(labels: Readonly<Record<string, string | true>>): Promise<readonly ContainerState[]>;
  inspect(id: string): Promise<ContainerState | undefined>;
  image(reference: string): Promise<ImageState | undefined>;
  images(labels: Readonly<Record<string, string | true>>): Promise<readonly ImageState[]>;
  networks(labels: Readonly<Record<string, string | true>>): Promise<readonly { readonly name: string; readonly id: string; readonly labels: Readonly<Record<string, string>>; readonly gateway?: string }[]>;
  volumes(labels: Readonly<Record<string, string | true>>): Promise<readonly { readonly name: string; readonly labels: Readonly<Record<string, string>> }[]>;
  logs(id: string, options?: LogOptions): AsyncIterable<LogLine>;
}
