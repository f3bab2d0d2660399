import { verdict, type Check } from '../check.js';
import { textProblems } from '../text-problems.js';

const binary = /\.(png|jpe?g|gif|ico|woff2?|gz|tgz|wasm)$/;

/** No path of a machine, no secret, no unfinished merge in what git tracks. */
export const text: Check = {
  name: 'text',
  run: async ({ files, read }) => verdict(files.filter((path) => !binary.test(path) && path !== 'pnpm-lock.yaml').flatMap((path) => textProblems(read(path)).map((problem) => `${path}:${problem}`))),
};
