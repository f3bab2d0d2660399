import type { Desired } from '../compose/model.js';
import { nearest } from '../config/nearest.js';
import { fail } from '../errors/index.js';
import { phaseNames, type PhaseName, type PlanFilter, type PlanInput, type Step } from './types.js';
import type { HostView } from './view.js';

/** Which services a plan changes. */
export interface Selection {
  /** True when it may be changed. Everything that a chosen one depends on is chosen with it. */
  service(name: string): boolean;
  /** Nothing was left out. */
  readonly all: boolean;
}

/** @throws StagecraftError `user` for names that nobody knows, with the nearest that somebody does. */
export function selectServices(input: PlanInput, hosts: readonly HostView[]): Selection {
  const { desired, filter = {} } = input;
  const gone = hosts.flatMap((host) => [...(host.serving?.services ?? []).map((s) => s.name), ...[...host.found].filter(([, found]) => found.some((c) => c.digest !== undefined)).map(([name]) => name)]);
  const services = [...new Set([...desired.services.map((s) => s.name), ...gone])].sort();
  const roles = [...new Set([...desired.services.map((s) => s.role), ...desired.hosts.flatMap((h) => h.roles)])].sort();
  known('service', 'SC2001', filter.services ?? [], services);
  known('role', 'SC2002', filter.roles ?? [], roles);
  known('host', 'SC2003', filter.hosts ?? [], hosts.map((h) => h.name));
  known('phase', 'SC2004', filter.phases ?? [], phaseNames);
  known('service', 'SC2005', input.replace, services, '--replace');
  known('service', 'SC2006', input.acceptEmptyVolume, services, '--accept-empty-volume');
  const byServices = filter.services && filter.services.length > 0 ? new Set(filter.services) : undefined;
  const byRoles = filter.roles && filter.roles.length > 0 ? new Set(filter.roles) : undefined;
  if (!byServices && !byRoles) return { service: () => true, all: true };
  const roleOf = new Map([...hosts.flatMap((h) => h.serving?.services ?? []), ...desired.services].map((s) => [s.name, s.role]));
  const chosen = services.filter((name) => (!byServices || byServices.has(name)) && (!byRoles || byRoles.has(roleOf.get(name) ?? '')));
  const closed = withDependencies(desired, chosen);
  return { service: (name) => closed.has(name), all: closed.size === services.length };
}

function withDependencies(desired: Desired, names: readonly string[]): ReadonlySet<string> {
  const byName = new Map(desired.services.map((service) => [service.name, service]));
  const chosen = new Set(names);
  for (const name of chosen) for (const { service } of byName.get(name)?.dependsOn ?? []) if (byName.has(service)) chosen.add(service);
  return chosen;
}

/** Steps of the hosts and phases that were asked for, and every step that those depend on. */
export function selectSteps(steps: readonly Step[], filter: PlanFilter = {}): readonly Step[] {
  const hosts = filter.hosts && filter.hosts.length > 0 ? new Set(filter.hosts) : undefined;
  const phases = filter.phases && filter.phases.length > 0 ? new Set<PhaseName>(filter.phases) : undefined;
  if (!hosts && !phases) return steps;
  const byId = new Map(steps.map((step) => [step.id, step]));
  const asked = steps.filter((step) => (!hosts || (step.host !== undefined && hosts.has(step.host))) && (!phases || phases.has(step.phase)));
  const chosen = new Set(asked);
  for (const step of chosen) for (const id of step.dependsOn) chosen.add(byId.get(id) as Step);
  return steps.filter((step) => chosen.has(step));
}

function known(what: string, code: string, names: readonly string[], all: readonly string[], flag?: string): void {
  const unknown = names.filter((name) => !all.includes(name));
  const [first] = unknown;
  if (first === undefined) return;
  const near = nearest(first, all);
  throw fail({
    code,
    kind: 'user',
    message: `${flag ? `${flag}: there` : 'There'} is no ${what} ${unknown.map((name) => JSON.stringify(name)).join(', ')}${near === undefined ? '' : `; did you mean ${JSON.stringify(near)}?`}`,
    next: [all.length > 0 ? `Known: ${all.join(', ')}.` : `No ${what} is known.`],
  });
}
