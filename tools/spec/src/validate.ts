import { commandProblems } from './validate/commands.js';
import { featureProblems, parseFeatures } from './validate/features.js';
import { adrProblems } from './validate/adrs.js';
import { parseSpecs, specProblems } from './validate/specs.js';
import { testProblems } from './validate/tests.js';
import type { Problem, Tree } from './tree.js';

/** Everything that is wrong with features, specs, ADRs and commands, all at once, in order of file. Pure. */
export function validate(tree: Tree): readonly Problem[] {
  const parsed = parseFeatures(tree.features);
  if ('problems' in parsed) return parsed.problems;
  const { features, lineOf } = parsed;
  const specs = parseSpecs(tree.specs);
  const problems = [
    ...featureProblems(features, lineOf),
    ...specs.problems,
    ...specProblems(features, specs.heads, lineOf),
    ...testProblems(features, tree.tests, lineOf),
    ...adrProblems(tree.adrs),
    ...(tree.commands ? commandProblems(specs.heads, tree.commands) : []),
  ];
  return problems.sort((a, b) => a.where.localeCompare(b.where, 'en', { numeric: true }) || a.message.localeCompare(b.message, 'en'));
}
