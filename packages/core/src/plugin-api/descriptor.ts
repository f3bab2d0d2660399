import type { Context } from './context.js';
import type { Finding } from './failure.js';
import type { Host } from './host.js';

export type ProviderKind = 'backend' | 'frontend' | 'network' | 'cloud' | 'driver' | 'ci' | 'secrets' | 'proxy' | 'migration';

/** The default export of a provider's module: plain data and functions. */
export interface Descriptor<Kind extends ProviderKind = ProviderKind, Config = unknown> {
  readonly kind: Kind;
  /** As in the user's `<kind>.provider`. */
  readonly id: string;
  /** Version of the kind's interface that the provider was written for, as in `1.0.0`. */
  readonly api: string;
  /** JSON Schema (draft-07 or 2020-12) of the provider's section. Defaults in it are applied. */
  readonly configSchema: JsonSchema;
  preflight?(ctx: Context<Config>, hosts: readonly Host[]): Promise<readonly Finding[]>;
}

export type JsonSchema = { readonly [key: string]: unknown };
