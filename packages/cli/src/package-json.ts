import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * package.json of this package, with oclif's paths seen from `root`: `src` and `dist` have the same form, and whichever the program runs from is its
 * root.
 */
export function packageJson(root: string): Readonly<Record<string, unknown>> {
  return JSON.parse(readFileSync(join(root, '..', 'package.json'), 'utf8'), (_, value: unknown) => (typeof value === 'string' ? value.replace(/^\.\/dist\//, './') : value)) as Record<string, unknown>;
}
