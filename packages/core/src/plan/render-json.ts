import { sortedDeep } from '../compose/canonical-json.js';
import type { Json } from '../compose/model.js';
import type { Plan } from './types.js';

/** The members of a plan in the order in which they are read. New ones are added, none is renamed or taken away within format 1. */
const members = [
  'format', 'state', 'kind', 'project', 'environment', 'version', 'target', 'release', 'operation', 'prior', 'basis', 'hosts', 'serving', 'filter', 'replace', 'acceptEmptyVolume',
  'services', 'steps', 'findings', 'digest', 'inputs', 'desired',
] as const;

/** The whole plan as JSON, `format: 1`: the same bytes for the same plan. Ends with a newline. */
export function renderPlanJson(plan: Plan): string {
  return `${JSON.stringify(plainPlan(plan), null, 2)}\n`;
}

/** The plan with its members in their order, and every map below them in lexical order. */
export function plainPlan(plan: Plan): Readonly<Record<string, Json>> {
  const given = plan as unknown as Readonly<Record<string, Json | undefined>>;
  return Object.fromEntries(
    members.flatMap((name): [string, Json][] => {
      const value = given[name];
      if (value === undefined) return [];
      return [[name, name === 'steps' && Array.isArray(value) ? value.map((step: Json) => stepInOrder(step as Readonly<Record<string, Json | undefined>>)) : sortedDeep(value)]];
    }),
  );
}

function stepInOrder(step: Readonly<Record<string, Json | undefined>>): Json {
  const order = ['id', 'phase', 'host', 'service', 'action', 'touches', 'why', 'dependsOn', 'undo'];
  return Object.fromEntries(order.flatMap((name) => (step[name] === undefined ? [] : [[name, sortedDeep(step[name])]])));
}
