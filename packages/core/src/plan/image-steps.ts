import type { Desired, DesiredService } from '../compose/model.js';
import { toBePushed } from '../images/reference.js';
import type { ServiceChange } from './changes.js';
import type { Step } from './types.js';
import type { HostView } from './view.js';

export interface ImageSteps {
  readonly steps: readonly Step[];
  /** Ids of the steps that bring the image of a service to a host. */
  of(host: string, service: string): readonly string[];
}

/** Builds of images whose ids are not known yet, pulls of those that a host lacks, and what brings built ones to hosts that are other machines: by a registry, or over the connection. */
export function imageSteps(desired: Desired, changes: readonly ServiceChange[], hosts: readonly HostView[]): ImageSteps {
  const builds = new Map<string, Step>();
  const pulls = new Map<string, Step>();
  const pushes = new Map<string, Step>();
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
      const bring = (to: HostView): Step | undefined => (desired.driver === 'ssh' ? bringOf({ service: wanted, builder: builderIn(byName, wanted), view: to, build }, pushes, carried) : undefined);
      const brought = view && (wanted.build ? bring(view) : pullOf(wanted, view, pulls));
      const steps = [build, brought].flatMap((step) => (step ? [step.id] : []));
      if (steps.length > 0) needed.set(`${host}/${name}`, steps.slice(-1));
    }
  }
  return { steps: [...sorted(builds), ...sorted(pushes), ...sorted(pulls), ...sorted(carried)], of: (host, service) => needed.get(`${host}/${service}`) ?? [] };
}

/** One build an image, named by the first service that runs it. */
function buildOf(service: DesiredService, byName: ReadonlyMap<string, DesiredService>, builds: Map<string, Step>): Step | undefined {
  if (service.image.id !== undefined || !service.build) return undefined;
  const builder = service.build.services[0] ?? service.name;
  const { reference } = builderIn(byName, service).image;
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

/** The service whose build gives the image of another. */
function builderIn(byName: ReadonlyMap<string, DesiredService>, service: DesiredService): DesiredService {
  return byName.get(service.build?.services[0] ?? service.name) ?? service;
}

interface Wanted {
  readonly service: DesiredService;
  readonly builder: DesiredService;
  readonly view: HostView;
  readonly build: Step | undefined;
}

/** One an image and host; and one push an image, unless the registry has it. */
function bringOf({ service, builder, view, build }: Wanted, pushes: Map<string, Step>, carried: Map<string, Step>): Step | undefined {
  const { reference, id, digest } = builder.image;
  if (id !== undefined && Object.values(view.images).includes(id)) return undefined;
  const known = id === undefined ? {} : { id };
  const pushed = toBePushed(reference);
  const push = pushed && digest === undefined ? once(pushes, reference, pushOf(builder, build)) : undefined;
  const before = push ?? build;
  return once(carried, `${view.name} ${reference}`, {
    id: `${view.name}/${service.name}/${pushed ? 'fetch' : 'carry'}`,
    phase: 'push',
    action: pushed ? { kind: 'image.fetch', service: service.name, reference, ...known, ...(digest === undefined ? {} : { digest }) } : { kind: 'image.carry', service: service.name, reference, ...known },
    host: view.name,
    service: service.name,
    touches: [`image:${reference}`],
    why: view.live && id !== undefined ? 'the host has it not' : 'unless the host has it',
    dependsOn: before ? [before.id] : [],
    undo: undefined,
  });
}

function pushOf({ name, image: { reference, id } }: DesiredService, build: Step | undefined): Step {
  return {
    id: `push/${name}`,
    phase: 'push',
    action: { kind: 'image.push', service: name, reference },
    service: name,
    touches: [`image:${reference}`],
    why: id === undefined ? 'unless every host has it' : 'a host has it not',
    dependsOn: build ? [build.id] : [],
    undo: undefined,
  };
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
