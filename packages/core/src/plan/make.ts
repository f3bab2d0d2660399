import type { Desired } from '../compose/model.js';
import { changesOf, type ServiceChange } from './changes.js';
import { finalizeHost } from './finalize-steps.js';
import { findingsOf } from './findings.js';
import { imageSteps } from './image-steps.js';
import { inputsOf, planDigest } from './inputs.js';
import { prepareHost } from './prepare.js';
import { releaseModel } from './release-model.js';
import { resolveImages } from './resolve.js';
import { retireRemoved, rollOut } from './rollout-steps.js';
import { keepScaled } from '../rollout/scale.js';
import { selectServices, selectSteps, type Selection } from './select.js';
import { servicePlans } from './service-plans.js';
import { stageHosts } from './stages.js';
import type { DraftPlan, PlanInput, Step } from './types.js';
import { unitsOf } from './units.js';
import { viewHosts, type HostView } from './view.js';

/** What draft and sealed plan have in common: they are made by one function. */
export interface Made {
  readonly plan: Omit<DraftPlan, 'state'>;
  /** What the hosts end with. */
  readonly model: Desired;
}

/**
 * Decides everything that a plan says.
 * @param release id of the release that names what is new
 * @param sealed images and values are known: nothing is `unknown`
 */
export function makePlan(asked: PlanInput, release: string, sealed: boolean): Made {
  const input = withoutEmptyFilter(asked);
  const hosts = viewHosts(input);
  const resolved = resolveImages(input.desired, hosts);
  const desired = input.kind === 'scale' ? resolved : keepScaled(resolved, hosts.flatMap((host) => host.serving?.services ?? []));
  const selection = selectServices(input, hosts);
  const changes = changesOf({ input, desired, hosts, selection, sealed });
  const model = releaseModel(desired, changes, hosts);
  const all = stepsOf({ desired, model, changes, hosts, release, selection });
  const steps = selectSteps(all, input.filter);
  const services = servicePlans(model, changes, hosts, all);
  const inputs = inputsOf(input, hosts);
  const serving = hosts.map((host) => host.release).find((id) => id !== undefined);
  const plan: Made['plan'] = {
    format: 1,
    kind: input.kind,
    project: desired.project,
    environment: desired.environment,
    version: input.version,
    ...(input.target === undefined ? {} : { target: input.target }),
    basis: input.observation.basis,
    hosts: hosts.map((host) => host.name),
    ...(serving === undefined ? {} : { serving }),
    services,
    steps,
    findings: findingsOf({ input, desired, changes, services, hosts }),
    digest: planDigest(input, inputs),
    inputs,
    ...(input.filter === undefined ? {} : { filter: input.filter }),
    ...(input.replace.length === 0 ? {} : { replace: [...input.replace].sort() }),
    ...(input.acceptEmptyVolume.length === 0 ? {} : { acceptEmptyVolume: [...input.acceptEmptyVolume].sort() }),
  };
  return { plan, model };
}

/** A filter that leaves nothing out is none. */
function withoutEmptyFilter(input: PlanInput): PlanInput {
  const { filter, ...rest } = input;
  const asked = Object.entries(filter ?? {}).filter(([, names]: [string, readonly string[] | undefined]) => names !== undefined && names.length > 0);
  return asked.length === 0 ? rest : { ...rest, filter: Object.fromEntries(asked.map(([name, names]) => [name, [...new Set(names)].sort()])) };
}

interface StepsInput {
  readonly desired: Desired;
  readonly model: Desired;
  readonly changes: readonly ServiceChange[];
  readonly hosts: readonly HostView[];
  readonly release: string;
  readonly selection: Selection;
}

/** Every step, phase after phase, each after all that it depends on. */
function stepsOf({ desired, model, changes, hosts, release, selection }: StepsInput): readonly Step[] {
  const images = imageSteps(desired, changes, hosts);
  const rollout: Step[] = [];
  const stages = stageHosts(model, changes, hosts, release, rollout);
  for (const stage of stages) prepareHost(stage, model, selection.all);
  rollOut(unitsOf(model, changes, stages), images, model.rollout.maxParallel);
  for (const stage of stages) retireRemoved(stage);
  const made = new Set(rollout.map((step) => step.id));
  return [...images.steps, ...rollout, ...stages.flatMap((stage) => finalizeHost(stage, made))];
}
