import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { declaredCommands, fillTests, readTree, validate } from '@stagecraft-tools/spec';
import { verdict, type Check } from '../check.js';

/** Features, specs, ADRs, tests and commands agree (GOV_V1_CORE). */
export const specs: Check = {
  name: 'specs',
  run: async ({ root, fix }) => {
    if (fix) {
      const { features, tests } = readTree(root);
      writeFileSync(join(root, 'spec/features.yaml'), fillTests(features, tests));
    }
    const problems = validate({ ...readTree(root), commands: await declaredCommands(join(root, 'packages/cli/src')) });
    return verdict(problems.map(({ where, message }) => `${where}: ${message}`));
  },
};
