/**
 * What a host needs before it acts: errors and exit codes, the event stream, masking and the log. An entry of its own, as a start of the command line
 * reads every file that its imports reach.
 * @packageDocumentation
 */
export * from './errors/index.js';
export * from './io/index.js';
export { nearest } from './config/nearest.js';
export { phaseNames } from './plan/types.js';
export { systemClock } from './adapters/clock.js';
