import type { Feature } from '../feature.js';
import type { Problem } from '../tree.js';
import type { LineOf } from './features.js';

/** `tests` lists exactly the test files that name the ID; `done` needs one. */
export function testProblems(features: readonly Feature[], tests: Readonly<Record<string, string>>, lineOf: LineOf): readonly Problem[] {
  const naming = testsByFeature(tests);
  return features.flatMap((feature) => {
    const where = lineOf(feature.id);
    const real = naming.get(feature.id) ?? [];
    const problems: Problem[] = [];
    for (const path of feature.tests) {
      if (tests[path] === undefined) problems.push({ where, message: `${feature.id}: the test file ${path} is not there` });
      else if (!real.includes(path)) problems.push({ where, message: `${feature.id}: ${path} does not name it` });
    }
    const unlisted = real.filter((path) => !feature.tests.includes(path));
    if (unlisted.length > 0) problems.push({ where, message: `${feature.id}: named by ${unlisted.join(', ')}, which \`tests\` does not list (pnpm check --fix)` });
    if (feature.status === 'done' && real.length === 0) problems.push({ where, message: `${feature.id} is done and no test names it` });
    return problems;
  });
}

/** Test files by the feature IDs that stand in them; sorted. */
export function testsByFeature(tests: Readonly<Record<string, string>>): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const path of Object.keys(tests).sort()) {
    const ids = new Set(tests[path]?.match(/\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b/g));
    for (const id of ids) found.set(id, [...(found.get(id) ?? []), path]);
  }
  return found;
}
