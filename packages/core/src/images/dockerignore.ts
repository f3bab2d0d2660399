import dockerignore from '@balena/dockerignore';
import { fail } from '../errors/index.js';

/** The package is CommonJS whose export is the function itself; its types describe another shape. */
const ignore = dockerignore as unknown as (options: { readonly ignorecase: boolean }) => Rules;

interface Rules {
  add(text: string): Rules;
  ignores(path: string): boolean;
}

/**
 * What a `.dockerignore` keeps out of a build.
 * @throws StagecraftError `user` SC4003 for a pattern that is none, at its line.
 */
export function rulesOf(text: string, file: string): Rules {
  for (const [index, line] of text.split('\n').entries()) {
    try {
      // A pattern is compiled when it is first asked.
      if (/[[\\]/.test(line)) ignore({ ignorecase: false }).add(line).ignores('a');
    } catch {
      throw fail({ code: 'SC4003', kind: 'user', message: `${JSON.stringify(line.trim().slice(0, 60))} is no pattern`, next: ['close what `[` opens, the smaller character first: `[a-z]`'], location: { file, line: index + 1, column: 1 } });
    }
  }
  return ignore({ ignorecase: false }).add(text);
}
