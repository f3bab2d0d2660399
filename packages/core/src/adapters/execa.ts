/** Loaded only when a process is first run. */
export { execa } from 'execa';
