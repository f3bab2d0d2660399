import { verdict, type Check } from '../check.js';

const page = 'docs/dependencies.md';

/** Every package that we use has its reason in docs/dependencies.md, and no reason outlives its package. */
export const dependencies: Check = {
  name: 'dependencies',
  run: async ({ files, read }) => {
    const used = new Map<string, string>();
    const problems: string[] = [];
    for (const path of files.filter((file) => /^(?:(?:packages|plugins|tools)\/[^/]+\/)?package\.json$/.test(file))) {
      const { dependencies: own = {}, devDependencies: dev = {} } = JSON.parse(read(path)) as Record<string, Record<string, string> | undefined>;
      for (const [name, version] of Object.entries({ ...own, ...dev })) {
        if (version.startsWith('workspace:')) continue;
        used.set(name, path);
        if (!version.startsWith('catalog:')) problems.push(`${path}: ${name} has its version here; it belongs into the catalog of pnpm-workspace.yaml`);
      }
    }
    const explained = new Set([...read(page).matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => name ?? ''));
    problems.push(...[...used].filter(([name]) => !explained.has(name)).map(([name, path]) => `${path}: ${name} has no line in ${page}`));
    problems.push(...[...explained].filter((name) => !used.has(name)).map((name) => `${page}: nothing uses ${name}`));
    return verdict(problems.sort());
  },
};
