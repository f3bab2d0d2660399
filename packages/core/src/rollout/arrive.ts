import type { EdgeAliases } from '../plan/types.js';
import { ruleKey, targetName } from '../routes/table.js';
import { isFit, lives, runs, type Found } from './found.js';
import { addStep, type Half, type HostStage, type ServiceStage } from './stage.js';
import { seconds } from './verdict.js';

/** The half that brings new containers up, gates them, and lets them in. Old ones are not touched by it. */
export function arrive(stage: ServiceStage, needs: readonly string[]): Half {
  const ready = [gateKept(stage, needs), resume(stage, needs), start(stage, needs)].filter((id) => id !== undefined);
  const admitted = stage.routed ? admit(stage, ready.length > 0 ? ready : needs) : undefined;
  return { ready, last: admitted === undefined ? ready : [admitted] };
}

/** Kept ones that still come up, or of which none is fit: they are about to serve alone. A sick one beside a fit one stops nothing. */
function gateKept(stage: ServiceStage, needs: readonly string[]): string | undefined {
  const { change, join } = stage;
  const fit = change.keep.some(isFit);
  const young = change.keep.filter((c) => runs(c) && (c.health === 'starting' ? change.stop.length > 0 || join.includes(c) : c.health === 'unhealthy' && !fit && join.includes(c)));
  return young.length === 0 ? undefined : gate(stage, 'gate-kept', young, young.length, needs, 'it must be healthy before it serves alone');
}

function resume(stage: ServiceStage, needs: readonly string[]): string | undefined {
  const { host, service, change } = stage;
  if (change.resume.length === 0) return undefined;
  const ids = change.resume.map((c) => c.id);
  const resumed = addStep(host, service.name, 'resume', {
    action: { kind: 'container.resume', service: service.name, ids },
    touches: [`container:${service.name}`],
    why: change.why,
    dependsOn: needs,
    // What holds data stays up whatever becomes of the release.
    ...(service.kind === 'data' ? {} : { undo: 'stops them again' }),
  });
  return gate(stage, 'gate-resumed', change.resume, ids.length, [resumed]);
}

function start(stage: ServiceStage, needs: readonly string[]): string | undefined {
  const { host, service, change } = stage;
  if (change.start === 0) return undefined;
  const kept = service.kind === 'data' && change.change === 'create';
  const started = addStep(host, service.name, 'start', {
    action: { kind: 'container.start', service: service.name, count: change.start },
    touches: [`container:${service.name}`],
    why: change.why,
    dependsOn: needs,
    ...(kept ? {} : { undo: change.start === 1 ? 'removes the new container' : 'removes the new containers' }),
  });
  return gate(stage, 'gate', undefined, change.start, [started]);
}

function gate({ host, service }: ServiceStage, verb: string, containers: readonly Found[] | undefined, count: number, dependsOn: readonly string[], why?: string): string {
  return addStep(host, service.name, verb, {
    action: {
      kind: 'container.gate',
      service: service.name,
      count,
      ...(containers ? { ids: containers.map((c) => c.id) } : {}),
      healthcheck: service.healthcheck,
      timeoutMs: service.healthTimeoutMs,
      settleMs: service.settleMs,
    },
    touches: [],
    why: why ?? (service.healthcheck ? 'only what is healthy takes work' : `no healthcheck: running for ${seconds(service.settleMs)} must do`),
    dependsOn,
  });
}

/** Those that exist first, then the new ones; each time the table says what the proxy has when the step is done. */
function admit(stage: ServiceStage, ready: readonly string[]): string | undefined {
  const { host, service, change, join } = stage;
  const existing = [...join, ...change.resume];
  const nameless = existing.filter((c) => c.aliases.length === 0);
  const names = Array.from({ length: nameless.length + change.start }, (_, k) => targetName(service.name, host.release, k + 1));
  const fresh = names.slice(nameless.length);
  let last: string | undefined;
  if (existing.length > 0) {
    const given = names.slice(0, nameless.length);
    last = letIn(stage, 'admit-kept', [...given, ...existing.flatMap((c) => namesIn(c, new Set()))], { network: host.edge, aliases: given }, ready, nameless.map((c) => c.id));
  }
  if (fresh.length > 0) last = letIn(stage, 'admit', fresh, { network: host.edge, aliases: fresh }, last ? [...ready, last] : ready);
  return last;
}

function letIn({ host, service, change }: ServiceStage, verb: string, names: readonly string[], edge: EdgeAliases, ready: readonly string[], ids?: readonly string[]): string {
  const { table, acknowledgeMs } = host;
  const from = table.current();
  // What is in the table and does not live would answer nobody.
  const before = table.idsOf(service.name);
  table.keepTargets(service.name, before.filter((name) => alive(change, name) || name.startsWith(`${service.name}-${host.release}-`)));
  giveRules(host, service.name);
  // Kept ones answer on every port of the rules that the service ends with: they are what is wanted.
  const known = new Set(before);
  table.addTargets(service.name, [...change.keep.flatMap((c) => namesIn(c, known)), ...names]);
  const to = table.current();
  const why = service.healthcheck ? 'healthy' : 'up';
  const routes = { touches: [`route:${service.name}`], dependsOn: [...ready, ...(host.edgeStep === undefined ? [] : [host.edgeStep])] };
  if (ids?.length === 0) return addStep(host, service.name, verb, { action: { kind: 'route.apply', from, to, acknowledgeMs }, why, ...routes, undo: 'takes them out of the routes again' });
  return addStep(host, service.name, verb, {
    action: { kind: 'route.admit', service: service.name, edge, from, to, acknowledgeMs, ...(ids ? { ids } : {}), drainMs: service.drainMs },
    why,
    ...routes,
    touches: [`network:${edge.network}`, ...routes.touches],
    undo: 'takes them out of the routes again',
  });
}

/** From here the service has the rules that it ends with; those it had and nobody takes are gone. */
export function giveRules(host: HostStage, service: string): void {
  for (const rule of host.table.rulesOf(service)) if (!host.ruleKeys.has(ruleKey(rule))) host.table.dropRule(rule);
  host.table.setRules(host.rules.get(service) ?? []);
}

function alive(change: ServiceStage['change'], name: string): boolean {
  return [...change.keep, ...change.resume, ...change.stop.filter(lives)].some((c) => c.aliases.includes(name));
}

/** The names by which the proxy knows it, or is to know it: one is enough. */
export function namesIn(c: Found, known: ReadonlySet<string>): readonly string[] {
  const there = c.aliases.filter((alias) => known.has(alias));
  return there.length > 0 ? there : c.aliases.slice(0, 1);
}
