import type { Desired, DesiredService } from '../compose/model.js';
import type { ServiceChange } from './changes.js';
import type { Step } from './types.js';
import type { HostView } from './view.js';

export interface ImageSteps {
  readonly steps: readonly Step[];
  /** Ids of the steps that bring the image of a service to a host. */
  of(host: string, service: string): readonly string[];
}

/** Builds of images whose ids are not known yet, and pulls of those that a host lacks. */
export function imageSteps(desired: Desired, changes: readonly ServiceChange[], hosts: readonly HostView[]): ImageSteps {
  const builds = new Map<string, Step>();
  const pulls = new Map<string, Step>();
  const needed = new Map<string, readonly string[]>();
  const byName = new Map(desired.services.map((service) => [service.name, service]));
  for (const { name, wanted, hosts: changed } of changes) {
    if (!wanted) continue;
    for (const { host, start, change } of changed) {
      const runs = start > 0 || change === 'run' || (wanted.kind === 'job' && change === 'unknown');
      if (!runs) continue;
      const view = hosts.find((h) => h.name === host);
      const step = wanted.build ? buildOf(wanted, byName, builds) : view && pullOf(wanted, view, pulls);
      if (step) needed.set(`${host}/${name}`, [step.id]);
    }
  }
  return { steps: [...sorted(builds), ...sorted(pulls)], of: (host, service) => needed.get(`${host}/${service}`) ?? [] };
}

/** One build an image, named by the first service that runs it. */
function buildOf(service: DesiredService, byName: ReadonlyMap<string, DesiredService>, builds: Map<string, Step>): Step | undefined {
  if (service.image.id !== undefined || !service.build) return undefined;
  const builder = service.build.services[0] ?? service.name;
  const { reference } = (byName.get(builder) ?? service).image;
  const known = builds.get(builder);
  if (known) return known;
  const step: Step = {
    id: `build/${builder}`,
    phase: 'build',
    action: { kind: 'image.build', service: builder, reference },
    service: builder,
    touches: [`image:${reference}`],
    why: service.build.services.length > 1 ? `for ${service.build.services.join(', ')}` : 'only the build tells whether it changed',
    dependsOn: [],
    undo: undefined,
  };
  builds.set(builder, step);
  return step;
}

function pullOf(service: DesiredService, view: HostView, pulls: Map<string, Step>): Step | undefined {
  const { reference, id } = service.image;
  const recorded = view.services.get(service.name)?.image.reference === reference;
  if (view.live ? reference in view.images || (id !== undefined && id in view.images) : recorded) return undefined;
  const key = `${view.name} ${reference}`;
  const known = pulls.get(key);
  if (known) return known;
  const step: Step = {
    id: `${view.name}/${service.name}/pull`,
    phase: 'push',
    action: { kind: 'image.pull', service: service.name, reference },
    host: view.name,
    service: service.name,
    touches: [`image:${reference}`],
    why: view.live ? 'the host has it not' : 'unless the host has it',
    dependsOn: [],
    undo: undefined,
  };
  pulls.set(key, step);
  return step;
}

function sorted(steps: ReadonlyMap<string, Step>): readonly Step[] {
  return [...steps.values()].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}
