import type { Desired, DesiredService } from '../compose/model.js';
import { claimsOf } from '../rollout/claims.js';
import { comparator, compareModels, type Comparison } from '../rollout/compare.js';
import { lives, type Found } from '../rollout/found.js';
import { reconcile, reconcileJob, reconcileRemoved, type HostChange } from '../rollout/reconcile.js';
import type { Selection } from './select.js';
import type { PlanInput } from './types.js';
import { runsOn, type HostView } from './view.js';

/** What becomes of one service, on every host where it runs or ran. */
export interface ServiceChange {
  readonly name: string;
  /** Absent: it is not wanted any more. */
  readonly wanted: DesiredService | undefined;
  /** As the serving release has it. */
  readonly serving: DesiredService | undefined;
  readonly selected: boolean;
  /** In order of the hosts' names. */
  readonly hosts: readonly HostChange[];
}

export interface ChangesInput {
  readonly input: PlanInput;
  /** With images resolved. */
  readonly desired: Desired;
  readonly hosts: readonly HostView[];
  readonly selection: Selection;
  readonly sealed: boolean;
}

/** The changes of all services, sorted by name. */
export function changesOf(given: ChangesInput): readonly ServiceChange[] {
  const { desired, hosts } = given;
  const wanted = new Map(desired.services.map((service) => [service.name, service]));
  const serving = new Map(hosts.flatMap((host) => (host.serving?.services ?? []).map((service) => [service.name, service] as const)));
  const names = [...new Set([...wanted.keys(), ...serving.keys(), ...hosts.flatMap((host) => [...host.found].filter(([, found]) => found.some((c) => c.digest !== undefined)).map(([name]) => name))])].sort();
  const first = names.map((name) => changeOf(given, name, wanted.get(name), serving.get(name)));
  const others = anyOther(given, first);
  const all = first.map((change) => (change.wanted?.kind === 'job' && change.selected ? withJob(given, change, others) : change)).filter((change) => change.wanted !== undefined || change.hosts.length > 0);
  return makeRoom(desired, all);
}

/**
 * What is removed ends in finalize, after commit; but in the rollout where what starts needs its name, port or volume: a service was renamed, most likely.
 */
function makeRoom(desired: Desired, changes: readonly ServiceChange[]): readonly ServiceChange[] {
  const claimed = new Map<string, Set<string>>();
  for (const { wanted, hosts } of changes) {
    if (!wanted) continue;
    for (const { host, start, change } of hosts) if (start > 0 || change === 'run') for (const claim of claimsOf(desired, wanted)) claimed.set(host, (claimed.get(host) ?? new Set()).add(claim));
  }
  return changes.map((change) => ({ ...change, hosts: change.hosts.map((here) => givingWay(here, claimed.get(here.host) ?? new Set())) }));
}

function givingWay(here: HostChange, claimed: ReadonlySet<string>): HostChange {
  const wantedByAnother = (c: Found): boolean => c.claims.some((claim) => claimed.has(claim) && (lives(c) || claim.startsWith('name:')));
  const all = here.change === 'remove' && here.remove.some(wantedByAnother);
  const more = here.remove.filter((c) => !here.stop.includes(c) && (all ? lives(c) || wantedByAnother(c) : !lives(c) && c.named && wantedByAnother(c)));
  return more.length === 0 ? here : { ...here, stop: [...here.stop, ...more] };
}

function changeOf(given: ChangesInput, name: string, wanted: DesiredService | undefined, serving: DesiredService | undefined): ServiceChange {
  const selected = given.selection.service(name);
  const hosts = given.hosts.flatMap((host) => hostChange(given, host, name, wanted, serving, selected) ?? []);
  return { name, wanted, serving, selected, hosts };
}

function hostChange({ input, desired, hosts, sealed }: ChangesInput, host: HostView, name: string, wanted: DesiredService | undefined, serving: DesiredService | undefined, selected: boolean): HostChange | undefined {
  const found = host.found.get(name) ?? [];
  const here = wanted && runsOn(desired, wanted, host.name);
  if (!selected) return found.length > 0 || here ? { host: host.name, service: name, keep: found, resume: [], start: 0, stop: [], remove: [], change: 'none', differs: [], why: 'not selected' } : undefined;
  if (wanted && here) {
    if (wanted.kind === 'job') return undefined;
    // The host's own record tells what its containers were made from.
    const compare = comparator(wanted, host.services.get(name) ?? serving, sealed);
    return reconcile({ host: host.name, wanted, found, compare, replace: input.replace.includes(name), serving: host.release, blind: host.blind });
  }
  const ours = host.services.has(name) || found.some((c) => c.digest !== undefined);
  if (!ours || found.length === 0) return undefined;
  const kind = serving?.kind ?? wanted?.kind;
  const data = kind === 'data' || (kind === undefined && found.some((c) => c.holdsData));
  const why = wanted?.kind === 'external' ? 'external now' : wanted ? `runs on ${placesOf(desired, wanted, hosts)} now` : 'not in the Compose file any more';
  return reconcileRemoved(host.name, name, found, data && !input.replace.includes(name), why);
}

function placesOf(desired: Desired, wanted: DesiredService, hosts: readonly HostView[]): string {
  return hosts.filter((host) => runsOn(desired, wanted, host.name)).map((host) => host.name).join(', ') || 'no host';
}

/** Whether this release is one at all without its jobs. */
function anyOther({ input, hosts }: ChangesInput, changes: readonly ServiceChange[]): 'yes' | 'no' | 'unknown' {
  const all = changes.filter((change) => change.selected).flatMap((change) => change.hosts.map((host) => host.change));
  const version = hosts.find((host) => host.version !== undefined)?.version;
  if (isVersion(input.version) && input.version !== version) return 'yes';
  if (all.some((change) => ['create', 'replace', 'resume', 'scale', 'remove'].includes(change))) return 'yes';
  return changes.some((change) => change.selected && change.wanted?.kind === 'service' && change.hosts.some((host) => host.change === 'unknown')) ? 'unknown' : 'no';
}

/** A release's own id in place of a version says nothing about what is deployed. */
function isVersion(version: string): boolean {
  return version !== 'unknown' && !/^rel-\d{8}-/.test(version);
}

function withJob({ input, desired, hosts, sealed }: ChangesInput, change: ServiceChange, others: 'yes' | 'no' | 'unknown'): ServiceChange {
  const { wanted, serving } = change;
  const host = hosts.find((h) => wanted && runsOn(desired, wanted, h.name));
  if (!wanted || !host) return change;
  const changed: Comparison = serving ? compareModels(wanted, serving, sealed) : { state: 'different', differs: [] };
  const job = reconcileJob({ host: host.name, wanted, found: host.found.get(change.name) ?? [], serving: host.release, rollback: input.kind !== 'deploy', others, changed });
  return { ...change, hosts: [job] };
}
