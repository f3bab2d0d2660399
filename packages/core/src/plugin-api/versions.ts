import type { ProviderKind } from './descriptor.js';

/** Version of each kind's interface that this host offers. A kind without two real providers stays at 0.x. */
export const apiVersions: Readonly<Record<ProviderKind, string>> = {
  backend: '0.1.0',
  ci: '0.1.0',
  cloud: '0.1.0',
  driver: '0.1.0',
  frontend: '0.1.0',
  migration: '0.1.0',
  network: '0.1.0',
  proxy: '0.1.0',
  secrets: '0.1.0',
};
