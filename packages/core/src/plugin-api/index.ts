/**
 * The interfaces that providers implement. Types and data only; imports nothing of core.
 * @packageDocumentation
 */
export type * from './backend.js';
export type * from './context.js';
export type * from './descriptor.js';
export type * from './event.js';
export type * from './failure.js';
export type * from './host.js';
export type * from './location.js';
export type * from './proxy.js';
export type * from './route.js';
export type * from './secrets.js';
export { apiVersions } from './versions.js';
