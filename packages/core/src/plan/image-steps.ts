import type { Desired, DesiredService } from '../compose/model.js';
import type { ServiceChange } from './changes.js';
import type { Step } from './types.js';
import type { HostView } from './view.js';

export interface ImageSteps {
  readonly steps: readonly Step[];
  /** Ids of the steps that bring the image of a service to a host. */
  of(host: string, service: string): readonly string[];
}

/** Builds of images whose ids are not known yet, pulls of those that a host lacks, and what brings built ones to hosts that are other machines. */
export function imageSteps(desired: Desired, changes: readonly ServiceChange[], hosts: readonly HostView[]): ImageSteps {
  const builds = new Map<string, Step>();
  const pulls = new Map<string, Step>();
  const carried = new Map<string, Step>();
  const needed = new Map<string, readonly string[]>();
  const byName = new Map(desired.services.map((service) => [service.name, service]));
  for (const { name, wanted, hosts: changed } of changes) {
    if (!wanted) continue;
    for (const { host, start, change } of changed) {
      const runs = start > 0 || change === 'run' || (wanted.kind === 'job' && change === 'unknown');
      if (!runs) continue;
      const view = hosts.find((h) => h.name === host);
      const build = wanted.build && buildOf(wanted, byName, builds);
      const brought = wanted.build ? view && desired.driver === 'ssh' && carryOf(wanted, byName, view, carried, build) : view && pullOf(wanted, view, pulls);
      const steps = [build, brought].flatMap((step) => (step ? [step.id] : []));
      if (steps.length > 0) needed.set(`${host}/${name}`, steps.slice(-1));
    }
  }
  return { steps: [...sorted(builds), ...sorted(pulls), ...sorted(carried)], of: (host, service) => needed.get(`${host}/${service}`) ?? [] };
}

/** One build an image, named by the first service that runs it. */
function buildOf(service: DesiredService, byName: ReadonlyMap<string, DesiredService>, builds: Map<string, Step>): Step | undefined {
  if (service.image.id !== undefined || !service.build) return undefined;
  const builder = service.build.services[0] ?? service.name;
  const { reference } = (byName.get(builder) ?? service).image;
  return once(builds, builder, {
    id: `build/${builder}`,
    phase: 'build',
    action: { kind: 'image.build', service: builder, reference },
    service: builder,
    touches: [`image:${reference}`],
    why: service.build.services.length > 1 ? `for ${service.build.services.join(', ')}` : 'only the build tells whether it changed',
    dependsOn: [],
    undo: undefined,
  });
}

/** One an image and host. */
function carryOf(service: DesiredService, byName: ReadonlyMap<string, DesiredService>, view: HostView, carried: Map<string, Step>, build: Step | undefined): Step | undefined {
  const { reference, id } = (byName.get(service.build?.services[0] ?? service.name) ?? service).image;
  if (id !== undefined && Object.values(view.images).includes(id)) return undefined;
  return once(carried, `${view.name} ${reference}`, {
    id: `${view.name}/${service.name}/carry`,
    phase: 'push',
    action: { kind: 'image.carry', service: service.name, reference, ...(id === undefined ? {} : { id }) },
    host: view.name,
    service: service.name,
    touches: [`image:${reference}`],
    why: view.live && id !== undefined ? 'the host has it not' : 'unless the host has it',
    dependsOn: build ? [build.id] : [],
    undo: undefined,
  });
}

function pullOf(service: DesiredService, view: HostView, pulls: Map<string, Step>): Step | undefined {
  const { reference, id } = service.image;
  const recorded = view.services.get(service.name)?.image.reference === reference;
  if (view.live ? reference in view.images || (id !== undefined && id in view.images) : recorded) return undefined;
  return once(pulls, `${view.name} ${reference}`, {
    id: `${view.name}/${service.name}/pull`,
    phase: 'push',
    action: { kind: 'image.pull', service: service.name, reference },
    host: view.name,
    service: service.name,
    touches: [`image:${reference}`],
    why: view.live ? 'the host has it not' : 'unless the host has it',
    dependsOn: [],
    undo: undefined,
  });
}

/** The first that asks names the step, for all who need the same. */
function once(steps: Map<string, Step>, key: string, step: Step): Step {
  const known = steps.get(key) ?? step;
  steps.set(key, known);
  return known;
}

function sorted(steps: ReadonlyMap<string, Step>): readonly Step[] {
  return [...steps.values()].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}
