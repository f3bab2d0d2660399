import { parse } from 'yaml';
import { requiredSections, specHeadSchema, type Feature, type SpecHead } from '../feature.js';
import type { Problem } from '../tree.js';
import { featuresFile, type LineOf } from './features.js';
import { schemaCheck } from './schema.js';

const check = schemaCheck(specHeadSchema);

/** Frontmatter by path of the spec. */
export type Heads = ReadonlyMap<string, SpecHead>;

/** Reads every spec's frontmatter and headings. */
export function parseSpecs(specs: Readonly<Record<string, string>>): { readonly heads: Heads; readonly problems: readonly Problem[] } {
  const heads = new Map<string, SpecHead>();
  const problems: Problem[] = [];
  for (const [where, text] of Object.entries(specs)) {
    const [, front, body] = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(text) ?? [];
    if (front === undefined || body === undefined) {
      problems.push({ where, message: 'has no frontmatter between two lines of ---' });
      continue;
    }
    const head = parsed(front);
    const wrong = check(head);
    problems.push(...wrong.map(({ message }) => ({ where, message: `frontmatter: ${message}` })));
    if (wrong.length === 0) heads.set(where, head as SpecHead);
    for (const section of requiredSections) if (!body.includes(`\n## ${section}\n`)) problems.push({ where, message: `has no section "## ${section}"` });
  }
  return { heads, problems };
}

function parsed(front: string): unknown {
  try {
    return parse(front);
  } catch (error) {
    return (error as Error).message; // not a map: the schema refuses it
  }
}

/** Spec and feature are one-to-one: each feature from `wip` on has its spec where it belongs, no spec stands alone. */
export function specProblems(features: readonly Feature[], heads: Heads, lineOf: LineOf): readonly Problem[] {
  const problems: Problem[] = [];
  const byId = new Map(features.map((feature) => [feature.id, feature]));
  for (const feature of features) {
    const path = `spec/${feature.domain}/${feature.id}.md`;
    const where = lineOf(feature.id);
    if (feature.spec !== undefined && feature.spec !== path) problems.push({ where, message: `${feature.id}: its spec belongs at ${path}, not ${feature.spec}` });
    else if (feature.spec === undefined && feature.status !== 'todo') problems.push({ where, message: `${feature.id} is ${feature.status} and names no spec` });
    else if (feature.spec !== undefined && !heads.has(path)) problems.push({ where, message: `${feature.id}: ${path} is not there, or its frontmatter is wrong` });
  }
  for (const [where, head] of heads) {
    const feature = byId.get(head.id);
    if (!feature) problems.push({ where, message: `${head.id} is not in ${featuresFile}` });
    else if (feature.spec !== where) problems.push({ where, message: `${featuresFile} does not name this file as the spec of ${head.id}` });
    else if (feature.title !== head.title) problems.push({ where, message: `the title is "${head.title}" here and "${feature.title}" in ${featuresFile}` });
  }
  return problems;
}
