import type { DesiredService, Obstacle } from '../compose/model.js';
import type { Change, Verdict } from '../plan/types.js';

export interface VerdictInput {
  readonly service: DesiredService;
  readonly change: Change;
  /** Its routes reach it through a proxy. */
  readonly routed: boolean;
  /** Services that name it in `depends_on`. */
  readonly dependants: readonly string[];
  /** Old containers end. */
  readonly ends: boolean;
  /** `false` where none is wanted any more. */
  readonly remains: boolean;
}

/** How a service is replaced: as asked, else without a gap where nothing stands against it. */
export function strategyOf(service: DesiredService): 'rolling' | 'recreate' {
  if (service.kind === 'data' || service.singleton) return 'recreate';
  return service.strategy ?? (blocking(service).length > 0 ? 'recreate' : 'rolling');
}

/** What rules `rolling` out. */
export function blocking(service: DesiredService): readonly Obstacle[] {
  return service.obstacles.filter((obstacle) => obstacle.blocks);
}

/** Whether requests are lost, and why, before anything runs. */
export function verdictOf({ service, change, routed, dependants, ends, remains }: VerdictInput): Verdict {
  if (change === 'none' || change === 'held' || service.kind === 'external') return { strategy: 'none', promise: 'untouched', reasons: [] };
  if (service.kind === 'job' && ends) return { strategy: 'recreate', promise: 'interrupted', reasons: [{ text: 'it becomes a job', location: service.location }] };
  if (service.kind === 'job') return { strategy: 'none', promise: 'untouched', reasons: [{ text: 'a job serves no requests' }] };
  if (change === 'remove') return { strategy: 'none', promise: routed ? 'interrupted' : 'best effort', reasons: [{ text: 'it is taken down after the release is committed' }] };

  const strategy = strategyOf(service);
  const obstacles = service.obstacles.map((o) => ({ text: o.reason, location: o.location, blocks: o.blocks }));
  const against = obstacles.filter((o) => o.blocks).map(({ text, location }) => ({ text, location }));
  const limits = obstacles.filter((o) => !o.blocks).map(({ text, location }) => ({ text, location }));
  // Nothing that serves is taken away; the reasons tell what the next release will cost.
  if (!ends) return { strategy, promise: routed && strategy === 'rolling' && service.healthcheck ? 'none lost' : 'best effort', reasons: strategy === 'recreate' ? reasonsOfRecreate(service, against) : limits };
  if (!remains) return { strategy, promise: routed ? 'interrupted' : 'best effort', reasons: [{ text: 'no replica is wanted', location: service.location }] };
  if (strategy === 'recreate') return { strategy, promise: 'interrupted', reasons: reasonsOfRecreate(service, against) };
  const named = dependants.length > 0 ? [{ text: `requests by name, as from ${dependants.join(', ')}, are best effort` }] : [];
  if (!routed) return { strategy, promise: 'best effort', reasons: [...(limits.length > 0 ? limits : [{ text: 'no route leads to it', location: service.location }]), ...named] };
  if (!service.healthcheck)
    return { strategy, promise: 'best effort', reasons: limits.length > 0 ? [...limits, ...named] : [{ text: `without a healthcheck ${seconds(service.settleMs)} of running must do`, location: service.location }, ...named] };
  return { strategy, promise: 'none lost', reasons: [{ text: `long connections end after ${seconds(service.drainMs)} of draining` }, ...limits, ...named] };
}

function reasonsOfRecreate(service: DesiredService, against: Verdict['reasons']): Verdict['reasons'] {
  if (against.length > 0) return against;
  if (service.kind === 'data') return [{ text: 'it holds data', location: service.location }];
  if (service.singleton) return [{ text: 'it is a singleton: never two at once', location: service.location }];
  return [{ text: 'strategy recreate is asked for', location: service.location }];
}

export function seconds(ms: number): string {
  return `${ms / 1000} s`;
}
