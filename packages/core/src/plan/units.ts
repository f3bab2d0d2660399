import type { Desired } from '../compose/model.js';
import { dependencyOrder } from '../compose/digest.js';
import { claimsOf } from '../rollout/claims.js';
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
  /** It leaves before its turn, because another one needs its name or port: it waits for nothing. */
  readonly early?: true;
  /** Services of the host that must have left before: what starts needs what they have. */
  readonly after: readonly string[];
}

/**
 * Services in dependency order, each on its hosts, each in the order of its strategy; with two exceptions. Where another service takes over a rule,
 * the one that loses it leaves only after the other has arrived: at no time does the rule lead to nobody. And where another has what only one container
 * can have, it leaves before.
 */
export function unitsOf(model: Desired, changes: readonly ServiceChange[], stages: readonly Stage[]): readonly Unit[] {
  const wanted = dependencyOrder(changes.flatMap((change) => (change.wanted && change.selected ? [change.wanted] : [])));
  const units = wanted.flat().flatMap((name) => stages.flatMap((stage) => unitsOn(stage, name)));
  const roomy = withRoom(model, units, stages);
  const needed = new Set(roomy.flatMap((unit) => unit.after.map((name) => `${unit.stage.host.name}/${name}`)));
  return afterTheirTakers(roomy, stages, (unit) => needed.has(keyOf(unit.stage, unit.entry)));
}

function unitsOn(stage: Stage, name: string): readonly Unit[] {
  const entry = stage.services.get(name);
  const service = entry?.change.wanted;
  if (!entry || !service || entry.here.change === 'remove') return [];
  if (service.kind === 'job') {
    const halves: readonly Unit['half'][] = entry.here.change !== 'run' && entry.here.change !== 'unknown' ? [] : entry.here.stop.length > 0 ? ['leave', 'job'] : ['job'];
    return halves.map((half) => ({ stage, entry, half, after: [] }));
  }
  if (!entry.arrives && entry.here.stop.length === 0) return [];
  return strategies[strategyOf(service)].map((half) => ({ stage, entry, half, after: [] }));
}

/** Who has a name, port or volume that another one is about to get leaves right before it. */
function withRoom(model: Desired, units: readonly Unit[], stages: readonly Stage[]): readonly Unit[] {
  const holdersOf = new Map(stages.map((stage) => [stage, holders(stage)]));
  const left = new Set<string>();
  const leaveUnits = new Map(units.filter((unit) => unit.half === 'leave').map((unit) => [keyOf(unit.stage, unit.entry), unit]));
  return units.flatMap((unit) => {
    const { stage, entry } = unit;
    const own = keyOf(stage, entry);
    if (unit.half === 'leave') {
      if (left.has(own)) return [];
      left.add(own);
      return [unit];
    }
    const service = entry.change.wanted;
    if (!service || (unit.half === 'arrive' && entry.here.start === 0)) return [unit];
    const others = [...new Set(claimsOf(model, service).flatMap((claim) => holdersOf.get(stage)?.get(claim) ?? []))].filter((other) => other !== entry);
    const after = others.map((other) => other.change.name).sort();
    const before = others.filter((other) => !left.has(keyOf(stage, other))).map((other): Unit => {
      left.add(keyOf(stage, other));
      return { ...(leaveUnits.get(keyOf(stage, other)) ?? { stage, entry: other, half: 'leave', after: [] }), early: true };
    });
    return [...before, { ...unit, after }];
  });
}

/** By claim: who has it now and gives it up. A volume may be shared, unless one of the two goes for good. */
function holders({ services }: Stage): ReadonlyMap<string, readonly ServiceOnHost[]> {
  const found = new Map<string, ServiceOnHost[]>();
  for (const entry of services.values()) {
    const gone = entry.here.change === 'remove';
    const claims = new Set(entry.here.stop.flatMap((c) => c.claims).filter((claim) => gone || !claim.startsWith('volume:')));
    for (const claim of claims) found.set(claim, [...(found.get(claim) ?? []), entry]);
  }
  return found;
}

/** @param needed another one needs what the unit gives up: it cannot wait for that one */
function afterTheirTakers(units: readonly Unit[], stages: readonly Stage[], needed: (unit: Unit) => boolean): readonly Unit[] {
  const takersOf = new Map(stages.map((stage) => [stage, takers(stage)]));
  const arrived = new Map(stages.map((stage) => [stage, new Set<string>()]));
  const ready = (unit: Unit): boolean => [...(takersOf.get(unit.stage)?.get(unit.entry.change.name) ?? [])].every((name) => arrived.get(unit.stage)?.has(name));
  const ordered: Unit[] = [];
  let held: Unit[] = [];
  for (const unit of units) {
    if (unit.half === 'leave' && mayWait(unit) && !needed(unit) && !ready(unit)) {
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

/** `recreate` cannot: what it makes needs the room of what it ends. */
function mayWait({ entry, early }: Unit): boolean {
  const service = entry.change.wanted;
  return service !== undefined && service.kind !== 'job' && strategyOf(service) === 'rolling' && !early;
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

export function keyOf(stage: Stage, entry: ServiceOnHost): string {
  return `${stage.host.name}/${entry.change.name}`;
}
