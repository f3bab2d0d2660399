export { refusedTarget } from './target.js';
export { startLoad, type RunningLoad } from './start.js';
export type { LoadOptions, Loss, LoadReport } from './types.js';
export { reportLines } from './text.js';
