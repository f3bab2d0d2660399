import { LineCounter, parseDocument } from 'yaml';
import { featuresSchema, type Feature } from '../feature.js';
import type { Problem } from '../tree.js';
import { schemaCheck } from './schema.js';

export const featuresFile = 'spec/features.yaml';

const check = schemaCheck(featuresSchema);

/** `features.yaml:LINE` of a feature. */
export type LineOf = (id: string) => string;

export type Parsed = { readonly features: readonly Feature[]; readonly lineOf: LineOf } | { readonly problems: readonly Problem[] };

/** Reads features.yaml: its rows, or why it cannot be read. */
export function parseFeatures(text: string): Parsed {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number | undefined): string => (offset === undefined ? featuresFile : `${featuresFile}:${lines.linePos(offset).line}`);
  if (document.errors.length > 0) return { problems: document.errors.map((error) => ({ where: at(error.pos[0]), message: error.message.split('\n')[0] ?? error.message })) };
  const place = (path: readonly (string | number)[]): string => {
    const node = document.getIn(path, true) as { range?: readonly number[] } | undefined;
    return node?.range ? at(node.range[0]) : path.length > 0 ? place(path.slice(0, -1)) : featuresFile;
  };
  const data: unknown = document.toJS();
  const problems = check(data).map(({ path, message }) => ({ where: place(path), message }));
  if (problems.length > 0) return { problems };
  const { features } = data as { features: readonly Feature[] };
  return { features, lineOf: (id) => place(['features', features.findIndex((feature) => feature.id === id), 'id']) };
}

/** IDs are unique, dependencies are known, acyclic, and hold before what stands on them. */
export function featureProblems(features: readonly Feature[], lineOf: LineOf): readonly Problem[] {
  const problems: Problem[] = [];
  const byId = new Map<string, Feature>();
  for (const [index, feature] of features.entries()) {
    if (byId.has(feature.id)) problems.push({ where: lineOf(feature.id), message: `${feature.id} stands here and again as entry ${index + 1}` });
    byId.set(feature.id, feature);
  }
  for (const feature of features) {
    for (const id of feature.depends_on) {
      const needed = byId.get(id);
      if (!needed) problems.push({ where: lineOf(feature.id), message: `${feature.id} depends on ${id}, which is not a feature` });
      else if (feature.status === 'done' && needed.status === 'todo') problems.push({ where: lineOf(feature.id), message: `${feature.id} is done, but depends on ${id}, which is todo` });
    }
  }
  const cycle = firstCycle(features);
  if (cycle) problems.push({ where: lineOf(cycle[0] ?? ''), message: `dependencies in a circle: ${cycle.join(' -> ')}` });
  return problems;
}

/** The first circle of dependencies, its first ID repeated at the end; undefined where there is none. */
function firstCycle(features: readonly Feature[]): readonly string[] | undefined {
  const needs = new Map(features.map((feature) => [feature.id, feature.depends_on]));
  const done = new Set<string>();
  const visit = (id: string, path: readonly string[]): readonly string[] | undefined => {
    if (path.includes(id)) return [...path.slice(path.indexOf(id)), id];
    if (done.has(id)) return undefined;
    for (const next of needs.get(id) ?? []) {
      const found = visit(next, [...path, id]);
      if (found) return found;
    }
    done.add(id);
    return undefined;
  };
  for (const feature of features) {
    const found = visit(feature.id, []);
    if (found) return found;
  }
  return undefined;
}
