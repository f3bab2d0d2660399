import type { OldContainer } from '../plan/types.js';
import { ruleKey, sameTable } from '../routes/table.js';
import { isFit, lives, runs, type Found } from './found.js';
import { addStep, type Half, type ServiceStage } from './stage.js';

/** The half that takes old containers out: first of the routes, then their last requests, then their processes. They are kept until commit. */
export function leave(stage: ServiceStage, needs: readonly string[], why: string): Half {
  const { change } = stage;
  if (change.stop.length === 0) return { ready: [], last: [] };
  const retired = retire(stage, needs, change.stop, why);
  const after = retired === undefined ? needs : [retired];
  const drained = drain(stage, after, change.stop);
  return { ready: [], last: [stop(stage, drained === undefined ? after : [drained], why)] };
}

/** Takes targets out of the table, and the rules that the service loses; undefined where the table already is so. */
export function retire({ host, service }: ServiceStage, needs: readonly string[], old: readonly Found[], why: string): string | undefined {
  const { table, acknowledgeMs } = host;
  const from = table.current();
  const gone = new Set(old.flatMap((c) => c.aliases));
  if (!host.rules.has(service.name)) for (const rule of table.rulesOf(service.name)) if (!host.ruleKeys.has(ruleKey(rule))) table.dropRule(rule);
  table.keepTargets(service.name, table.idsOf(service.name).filter((name) => !gone.has(name)));
  const to = table.current();
  if (sameTable(from, to)) return undefined;
  return addStep(host, service.name, 'retire', {
    action: { kind: 'route.retire', service: service.name, from, to, acknowledgeMs },
    touches: [`route:${service.name}`],
    why,
    dependsOn: needs,
    undo: 'routes to them again',
  });
}

/** Open requests end. Only what a proxy knew can have any through it. */
export function drain({ host, service }: ServiceStage, needs: readonly string[], old: readonly Found[]): string | undefined {
  const known = old.filter((c) => runs(c) && c.aliases.length > 0);
  if (known.length === 0) return undefined;
  return addStep(host, service.name, 'drain', {
    action: { kind: 'container.drain', service: service.name, ids: known.map((c) => c.id), targets: known.flatMap((c) => c.aliases), timeoutMs: service.drainMs },
    touches: [],
    why: 'open requests end first',
    // Where another service took its rules over, that was what took its targets out.
    dependsOn: [...needs, ...(host.lastRouteStep === undefined ? [] : [host.lastRouteStep])],
  });
}

function stop({ host, service, change }: ServiceStage, needs: readonly string[], why: string): string {
  const onEdge = change.stop.some((c) => c.onEdge);
  return addStep(host, service.name, 'stop', {
    action: {
      kind: 'container.stop',
      service: service.name,
      ids: change.stop.map(oldContainer),
      graceMs: service.stopGraceMs,
      ...(onEdge ? { edge: host.edge } : {}),
      rename: typeof service.definition['container_name'] === 'string' || change.stop.some((c) => c.named),
    },
    touches: [`container:${service.name}`],
    why,
    dependsOn: needs,
    undo: change.stop.length === 1 ? 'starts the old container again' : 'starts the old containers again',
  });
}

function oldContainer(c: Found): OldContainer {
  return { id: c.id, name: c.name, restartPolicy: c.restartPolicy, aliases: c.aliases, ...(lives(c) ? (isFit(c) ? {} : { sick: true as const }) : { stopped: true as const }) };
}
