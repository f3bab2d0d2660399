import { drain, retire } from '../rollout/leave.js';
import { addStep, type Half, type ServiceStage } from '../rollout/stage.js';
import { half } from '../rollout/strategies.js';
import { hostsInTurn, type Parallel } from './hosts-in-turn.js';
import type { ImageSteps } from './image-steps.js';
import { serviceStage, type Stage } from './stages.js';
import { keyOf, type Unit } from './units.js';

/** How long a job may run: migrations and seeds take minutes, and one that hangs must end some day. */
const jobTimeoutMs = 600_000;

/** Makes the steps of all units, in their order, and ties them together. */
export function rollOut(units: readonly Unit[], images: ImageSteps, maxParallel: Parallel): void {
  /** By service: ids of the steps after which what depends on it may begin. */
  const ready = new Map<string, string[]>();
  const hostsBefore = hostsInTurn(units, maxParallel);
  /** By host and service: the steps with which its first half ended, and whether that waited for all that the service waits for. */
  const ended = new Map<string, { readonly last: readonly string[]; readonly early: boolean }>();

  for (const unit of units) {
    const { stage, entry, half: name } = unit;
    const on = serviceStage(stage, entry);
    const { service, host } = on;
    const key = keyOf(stage, entry);
    const before = ended.get(key);
    const early = unit.early === true;
    const needs = [
      ...(before?.last ?? []),
      ...(early || (before && !before.early)
        ? []
        : [...images.of(host.name, service.name), ...service.dependsOn.flatMap((dependency) => ready.get(dependency.service) ?? []), ...hostsBefore(service.name, host.name).flatMap((other) => ended.get(`${other}/${service.name}`)?.last ?? [])]),
      ...unit.after.flatMap((other) => ended.get(`${host.name}/${other}`)?.last ?? []),
    ];
    const made: Half = name === 'job' ? runJob(on, needs) : half(name, on, needs);
    if (made.last.length > 0) ended.set(key, { last: made.last, early });
    ready.set(service.name, [...(ready.get(service.name) ?? []), ...made.ready]);
  }
}

function runJob({ host, service, change }: ServiceStage, needs: readonly string[]): Half {
  const id = addStep(host, service.name, 'run', {
    action: { kind: 'job.run', service: service.name, timeoutMs: Math.max(jobTimeoutMs, service.healthTimeoutMs) },
    touches: [`container:${service.name}`],
    why: change.why,
    dependsOn: needs,
    undo: 'removes its container; what it did stays',
  });
  return { ready: [id], last: [id] };
}

/** No request is sent any more to what goes for good; its containers end after commit. */
export function retireRemoved(removed: Stage): void {
  const { view, services } = removed;
  for (const entry of services.values()) {
    const { change, here } = entry;
    // One that made room for another has left already.
    if (!change.selected || here.change !== 'remove' || here.stop.length > 0) continue;
    const stage = serviceStage(removed, entry);
    const retired = retire(stage, [], here.remove, here.why);
    // Where another service took its rules over, it may be out of the table already, with requests open.
    const served = view.table.targets.some((target) => target.service === change.name);
    if (served) drain(stage, retired === undefined ? [] : [retired], here.remove);
  }
}
