import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { overview, overviewFile, parseFeatures } from '@stagecraft-tools/spec';
import { verdict, type Check } from '../check.js';

/** What is generated is what is there; `--fix` writes it. */
export const generated: Check = {
  name: 'generated',
  run: async ({ root, fix, read, run }) => {
    const problems: string[] = [];
    const parsed = parseFeatures(read('spec/features.yaml'));
    if ('features' in parsed) {
      const [path, text] = [join(root, overviewFile), overview(parsed.features)];
      if (fix) writeFileSync(path, text);
      else if (!existsSync(path) || readFileSync(path, 'utf8') !== text) problems.push(`${overviewFile} is stale: pnpm check --fix`);
    }
    if (existsSync(join(root, 'tools/docs-events/src/main.ts'))) {
      const { code, output } = await run(['node', '--import', 'tsx', '--conditions=stagecraft-source', 'tools/docs-events/src/main.ts', ...(fix ? [] : ['--check'])]);
      if (code !== 0) problems.push(output);
    }
    return verdict(problems);
  },
};
