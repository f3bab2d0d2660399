export * from './errors/index.js';
export { phaseNames } from './plan/types.js';
export type * from './actions/types.js';
export type * from './plan/types.js';
export type * from './plugin-api/index.js';
export type * from './ports/index.js';
