import type { Context } from './context.js';
import type { Descriptor } from './descriptor.js';
import type { Secret } from './secrets.js';

/** One image to build. Paths are relative to the project folder. */
export interface BuildRequest {
  /** Compose services that run the image. The first one names it. */
  readonly services: readonly string[];
  /** Tag to give, as in `shop-api:v1`. */
  readonly tag: string;
  readonly context: string;
  readonly dockerfile?: string;
  readonly target?: string;
  /** Values may be secret: they belong in the environment of the process that builds, not among its arguments. */
  readonly args: Readonly<Record<string, string>>;
  /** For `RUN --mount=type=secret,id=…`, sorted by id; absent: none. */
  readonly secrets?: readonly RequestedSecret[];
  readonly labels: Readonly<Record<string, string>>;
  readonly platforms: readonly string[];
  readonly pull: boolean;
  readonly noCache: boolean;
}

export interface RequestedSecret {
  readonly id: string;
  /** The value, or the path of the file, relative to the project folder, that holds it. */
  readonly from: { readonly value: Secret } | { readonly file: string };
}

export interface BuiltImage {
  readonly tag: string;
  /** Content id of the image in the engine, `sha256:…`. */
  readonly id: string;
  readonly services: readonly string[];
}

/** What runs while developing: used by `dev`. */
export interface DevProcess {
  readonly name: string;
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly ready?: { readonly http: string } | { readonly port: number } | { readonly pattern: string };
}

export interface DevInput {
  readonly environment: Readonly<Record<string, string>>;
}

/** Builds the images of backend services, and says how to run them while developing. */
export interface BackendProvider<Config = unknown> extends Descriptor<'backend', Config> {
  /** Pure: what to build with the provider's settings laid over Compose's `build:`. Core fills in tag and labels. */
  build(ctx: Context<Config>, request: BuildRequest): Promise<BuiltImage>;
  dev?(ctx: Context<Config>, input: DevInput): Promise<readonly DevProcess[]>;
}
