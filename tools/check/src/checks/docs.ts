import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { verdict, type Check } from '../check.js';

/** Links of the documents lead somewhere, paths that ARCHITECTURE.md names exist, every page of docs/ is in its index. */
export const docs: Check = {
  name: 'docs',
  run: async ({ root, files, read }) => {
    const pages = files.filter((path) => path.endsWith('.md') && !path.startsWith('examples/'));
    const problems = pages.flatMap((path) =>
      links(read(path))
        .filter(({ to }) => !existsSync(join(root, dirname(path), to)))
        .map(({ line, to }) => `${path}:${line}: ${to} is not there`),
    );
    for (const path of ['ARCHITECTURE.md', 'README.md', 'CONTRIBUTING.md']) problems.push(...named(read(path)).filter(({ to }) => !existsSync(join(root, to))).map(({ line, to }) => `${path}:${line}: ${to} is not there`));
    const index = read('docs/README.md');
    const indexed = new Set(links(index).map(({ to }) => join('docs', to)));
    problems.push(...pages.filter((path) => path.startsWith('docs/') && path !== 'docs/README.md' && !indexed.has(path)).map((path) => `docs/README.md: does not list ${path}`));
    return verdict(problems);
  },
};

interface Mention {
  readonly line: number;
  readonly to: string;
}

/** Relative links, without their fragments; code blocks left out. */
function links(text: string): readonly Mention[] {
  return mentions(text, /\]\((?!https?:|mailto:|#)([^)\s#]+)(?:#[^)]*)?\)/g);
}

/** Paths of the tree in code marks, as in `packages/core/src/plan`. */
function named(text: string): readonly Mention[] {
  return mentions(text, /`((?:packages|plugins|tools|spec|docs|examples|\.ci|\.changeset)\/[\w./-]*\w)`/g);
}

function mentions(text: string, pattern: RegExp): readonly Mention[] {
  let fenced = false;
  return text.split('\n').flatMap((line, index) => {
    if (/^\s*(```|~~~)/.test(line)) fenced = !fenced;
    return fenced ? [] : [...line.matchAll(pattern)].map(([, to]) => ({ line: index + 1, to: to ?? '' }));
  });
}
