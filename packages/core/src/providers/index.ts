export { indexProviders, type ProviderIndex } from './index-providers.js';
export { loadProvider, type LoadedProvider, type Provider, type ProviderOfKind } from './load.js';
export { createRegistry, type Registry } from './registry.js';
export { validateSection, type CheckedSection } from './section.js';
export type { PluginRef, ProviderEntry } from './types.js';
