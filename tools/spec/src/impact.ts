import { readFileSync } from 'node:fs';
import { dependents } from './dependents.js';
import { parseFeatures } from './validate/features.js';

// pnpm impact <ID>: who depends on a feature, with what tests each of them.
const parsed = parseFeatures(readFileSync(new URL('../../../spec/features.yaml', import.meta.url), 'utf8'));
const id = process.argv[2];
if ('problems' in parsed || id === undefined) {
  console.error('problems' in parsed ? parsed.problems.map(({ where, message }) => `${where}: ${message}`).join('\n') : 'usage: pnpm impact <ID>');
  process.exit(1);
}
try {
  const found = dependents(parsed.features, id);
  for (const { feature, distance } of found) console.log(`${'  '.repeat(distance - 1)}${feature.id} (${feature.status}) ${feature.title}${feature.tests.map((path) => `\n${'  '.repeat(distance)}${path}`).join('')}`);
  console.log(`${found.length} ${found.length === 1 ? 'feature depends' : 'features depend'} on ${id}`);
} catch (error) {
  console.error((error as Error).message);
  process.exit(1);
}
