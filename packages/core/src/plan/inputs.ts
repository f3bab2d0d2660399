import { createHash } from 'node:crypto';
import { canonicalJson } from '../compose/canonical-json.js';
import type { Desired, DesiredService } from '../compose/model.js';
import type { PlanInput, PlanInputs } from './types.js';
import type { HostView } from './view.js';

/** What a plan was made of, part by part. Places, ids of images and digests of values aside: a moved line changes nothing, and an offline plan cannot know the others. */
export function inputsOf(input: PlanInput, hosts: readonly HostView[]): PlanInputs {
  const { desired, providers } = input;
  return {
    services: Object.fromEntries(desired.services.map((service) => [service.name, digestOf(said(service))])),
    values: Object.fromEntries(desired.services.flatMap((service) => (service.valuesDigest === undefined ? [] : [[service.name, valuesOf(service)]]))),
    routes: digestOf(desired.routes.map(({ location: _, ...route }) => route)),
    rest: digestOf(rest(desired)),
    serving: Object.fromEntries(hosts.map((host) => [host.name, host.release ?? ''])),
    providers: [...providers].sort(),
  };
}

/** The plan's digest: desired input, each host's serving release, format and providers. */
export function planDigest(input: PlanInput, inputs: PlanInputs): string {
  const { values: _, ...parts } = inputs;
  return digestOf({ format: 1, kind: input.kind, project: input.desired.project, environment: input.desired.environment, target: input.target, filter: input.filter, replace: [...input.replace].sort(), acceptEmptyVolume: [...input.acceptEmptyVolume].sort(), ...parts });
}

function valuesOf({ valuesDigest = '', build }: DesiredService): string {
  return build?.argsDigest === undefined ? valuesDigest : digestOf([valuesDigest, build.argsDigest]);
}

/** What the user's files say of a service; what an engine has to be asked for (kind by the image's volumes, its healthcheck) is not in it. */
function said(service: DesiredService): unknown {
  const { definition, dependsOn, role, replicas, singleton, variables, files, strategy, healthTimeoutMs, settleMs, drainMs, stopGraceMs } = service;
  const { argsDigest: _, ...build } = service.build ?? {};
  const from = service.build ? { build } : { image: service.image.reference };
  return { definition, dependsOn, role, replicas, singleton, variables, files, strategy, healthTimeoutMs, settleMs, drainMs, stopGraceMs, external: service.kind === 'external', ...from };
}

function rest(desired: Desired): unknown {
  const { format, composeProject, driver, networks, volumes, configs, secrets, proxy, hosts, rollout } = desired;
  return { format, composeProject, driver, networks, volumes, configs, secrets, proxy, hosts, rollout };
}

export function digestOf(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}
