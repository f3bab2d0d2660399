export { packageSource, type PackageSource } from './package-source.js';
export { acquireHosts, type HostSet, type SetOptions } from './set.js';
export type { EngineFaults, HostChoice, InsideOptions, TestHost } from './types.js';
export { whetherHosts } from './whether.js';
