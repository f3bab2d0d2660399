import { drain, leave, retire } from '../rollout/leave.js';
import { addStep, type Half, type ServiceStage } from '../rollout/stage.js';
import { half } from '../rollout/strategies.js';
import type { ImageSteps } from './image-steps.js';
import { serviceStage, type Stage } from './stages.js';
import type { Unit } from './units.js';

/** How long a job may run: migrations and seeds take minutes, and one that hangs must end some day. */
const jobTimeoutMs = 600_000;

/** Makes the steps of all units, in their order, and ties them together. */
export function rollOut(units: readonly Unit[], images: ImageSteps): void {
  /** By service: ids of the steps after which what depends on it may begin. */
  const ready = new Map<string, string[]>();
  /** By service: its first host, and the steps with which it ended there. Its other hosts wait for them. */
  const canary = new Map<string, { readonly host: string; last: readonly string[] }>();
  /** By service and host: the steps with which its first half ended. */
  const ended = new Map<string, readonly string[]>();

  for (const { stage, entry, half: name } of units) {
    const on = serviceStage(stage, entry);
    if (!on) continue;
    const { service, host } = on;
    const key = `${host.name}/${service.name}`;
    const first = canary.get(service.name) ?? { host: host.name, last: [] };
    canary.set(service.name, first);
    const entryNeeds = (): readonly string[] => [
      ...images.of(host.name, service.name),
      ...service.dependsOn.flatMap((dependency) => ready.get(dependency.service) ?? []),
      ...(first.host === host.name ? [] : first.last),
    ];
    const needs = ended.get(key) ?? entryNeeds();
    const made: Half = name === 'job' ? runJob(on, needs) : half(name, on, needs);
    if (made.last.length > 0) {
      ended.set(key, made.last);
      if (first.host === host.name) first.last = made.last;
    }
    ready.set(service.name, [...(ready.get(service.name) ?? []), ...made.ready]);
  }
}

/** An earlier run that bears a fixed name gives it up first. */
function runJob(stage: ServiceStage, needs: readonly string[]): Half {
  const { host, service, change } = stage;
  const freed = leave(stage, needs, 'frees its name').last;
  const id = addStep(host, service.name, 'run', {
    action: { kind: 'job.run', service: service.name, timeoutMs: Math.max(jobTimeoutMs, service.healthTimeoutMs) },
    touches: [`container:${service.name}`],
    why: change.why,
    dependsOn: freed.length > 0 ? freed : needs,
    undo: 'removes its container; what it did stays',
  });
  return { ready: [id], last: [id] };
}

/** No request is sent any more to what goes for good; its containers end after commit. */
export function retireRemoved({ host, services }: Stage): void {
  for (const { change, here } of services.values()) {
    const known = change.wanted ?? change.serving;
    if (!change.selected || here.change !== 'remove') continue;
    const stage = { host, service: { name: change.name, drainMs: known?.drainMs ?? 30_000 } };
    const retired = retire(stage, [], here.remove, here.why);
    if (retired !== undefined) drain(stage, [retired], here.remove);
  }
}
