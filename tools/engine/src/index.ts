export { acquireEngine } from './acquire.js';
export type { Acquired, Engine, EngineEnv, Tell } from './engine.js';
export { findEngine } from './found.js';
export { ensureImages, type EnsureOptions, type ImageOutcome } from './images/ensure.js';
export { DEFAULT_IMAGES } from './images/names.js';
export { down, ownEngine, ownStatus, type OwnOptions } from './own/own.js';
export { registryUser, startRegistry, type TestRegistry } from './registry/registry.js';
export { atLeast, OLDEST_COMPOSE, OLDEST_ENGINE, parseVersion, versionText, type Version } from './versions.js';
