import { dependencyOrder } from '../compose/digest.js';
import { strategies, type HalfName } from '../rollout/strategies.js';
import { strategyOf } from '../rollout/verdict.js';
import { ruleKey } from '../routes/table.js';
import type { ServiceChange } from './changes.js';
import type { ServiceOnHost, Stage } from './stages.js';

/** One half of one service's rollout on one host, or the run of a job. */
export interface Unit {
  readonly stage: Stage;
  readonly entry: ServiceOnHost;
  readonly half: HalfName | 'job';
}

/**
 * Services in dependency order, each on its hosts, each in the order of its strategy. Where another service takes over a rule, the one that loses it
 * leaves only after the other has arrived: at no time does the rule lead to nobody.
 */
export function unitsOf(changes: readonly ServiceChange[], stages: readonly Stage[]): readonly Unit[] {
  const wanted = dependencyOrder(changes.flatMap((change) => (change.wanted && change.selected ? [change.wanted] : [])));
  const units = wanted.flat().flatMap((name) => stages.flatMap((stage) => unitsOn(stage, name)));
  return afterTheirTakers(units, stages);
}

function unitsOn(stage: Stage, name: string): readonly Unit[] {
  const entry = stage.services.get(name);
  const service = entry?.change.wanted;
  if (!entry || !service || entry.here.change === 'remove') return [];
  if (service.kind === 'job') return entry.here.change === 'run' || entry.here.change === 'unknown' ? [{ stage, entry, half: 'job' }] : [];
  if (!entry.arrives && entry.here.stop.length === 0) return [];
  return strategies[strategyOf(service)].map((half) => ({ stage, entry, half }));
}

function afterTheirTakers(units: readonly Unit[], stages: readonly Stage[]): readonly Unit[] {
  const takersOf = new Map(stages.map((stage) => [stage, takers(stage)]));
  const arrived = new Map(stages.map((stage) => [stage, new Set<string>()]));
  const ready = (unit: Unit): boolean => [...(takersOf.get(unit.stage)?.get(unit.entry.change.name) ?? [])].every((name) => arrived.get(unit.stage)?.has(name));
  const ordered: Unit[] = [];
  let held: Unit[] = [];
  for (const unit of units) {
    // `recreate` cannot wait: what it makes needs the room of what it ends.
    const rolling = unit.entry.change.wanted !== undefined && strategyOf(unit.entry.change.wanted) === 'rolling';
    if (unit.half === 'leave' && rolling && !ready(unit)) {
      held.push(unit);
      continue;
    }
    ordered.push(unit);
    if (unit.half !== 'arrive') continue;
    arrived.get(unit.stage)?.add(unit.entry.change.name);
    ordered.push(...held.filter(ready));
    held = held.filter((waiting) => !ready(waiting));
  }
  return [...ordered, ...held];
}

/** By service that has rules now: the other services that arrive and end with them. */
function takers({ host, view, services }: Stage): ReadonlyMap<string, ReadonlySet<string>> {
  const owners = new Map([...host.rules].flatMap(([service, rules]) => rules.map((rule) => [ruleKey(rule), service] as const)));
  const found = new Map<string, Set<string>>();
  for (const rule of view.table.routes) {
    const owner = owners.get(ruleKey(rule));
    if (owner === undefined || owner === rule.service || !services.get(owner)?.arrives) continue;
    found.set(rule.service, (found.get(rule.service) ?? new Set()).add(owner));
  }
  return found;
}
