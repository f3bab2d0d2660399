import type { ProviderKind } from '../plugin-api/descriptor.js';

/** A plugin as its host found it: nothing is imported for this. */
export interface PluginRef {
  /** Package name. */
  readonly name: string;
  readonly version: string;
  /** Absolute folder of the package. */
  readonly root: string;
  /** Its package.json. */
  readonly manifest: Readonly<Record<string, unknown>>;
  readonly bundled: boolean;
}

/** One provider that a plugin says it brings. */
export interface ProviderEntry {
  readonly kind: ProviderKind;
  readonly id: string;
  readonly package: string;
  readonly version: string;
  /** Absolute path of the module. */
  readonly module: string;
  /** Semver range against the host's API of the kind. */
  readonly api: string;
  readonly bundled: boolean;
  /** It is used where the config names none of its kind. Only a bundled plugin can say so of itself. */
  readonly default?: boolean;
  /** Why it cannot be used; absent: it can. */
  readonly unusable?: string;
}
