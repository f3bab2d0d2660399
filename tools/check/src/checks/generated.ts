import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { overview, overviewFile, parseFeatures } from '@stagecraft-tools/spec';
import { verdict, type Check } from '../check.js';

/** Programs that write generated files, or say that they are stale and end with 1. */
const generators: readonly { readonly file: string; readonly look: readonly string[]; readonly write: readonly string[] }[] = [
  { file: 'tools/docs-events/src/main.ts', look: ['--check'], write: [] },
  { file: 'spec/config/generate.ts', look: [], write: ['--write'] },
];

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
    for (const { file, look, write } of generators) {
      const { code, output } = await run(['node', '--import', 'tsx', '--conditions=stagecraft-source', file, ...(fix ? write : look)]);
      if (code !== 0) problems.push(output || `${file} ended with ${code}`);
    }
    return verdict(problems);
  },
};
