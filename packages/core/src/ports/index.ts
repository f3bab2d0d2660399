export type * from './clock.js';
export type * from './containers.js';
export type * from './exec.js';
export type * from './files.js';
export type * from './foreground.js';
export type * from './shell.js';
export type * from './ssh.js';
