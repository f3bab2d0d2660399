import type { Desired } from '../compose/model.js';
import { fail } from '../errors/index.js';
import { changesOf, type ServiceChange } from './changes.js';
import { differences, serviceDigest } from './digests.js';
import { finalizeHost } from './finalize-steps.js';
import { findingsOf } from './findings.js';
import { imageSteps } from './image-steps.js';
import { inputsOf, planDigest } from './inputs.js';
import { prepareHost } from './prepare.js';
import { releaseModel } from './release-model.js';
import { resolveImages } from './resolve.js';
import { retireRemoved, rollOut } from './rollout-steps.js';
import { selectServices, selectSteps, type Selection } from './select.js';
import { servicePlans } from './service-plans.js';
import { stageHosts } from './stages.js';
import type { DraftPlan, PlanInput, SealedPlan, Step } from './types.js';
import { unitsOf } from './units.js';
import { viewHosts, type HostView } from './view.js';

export interface SealInput extends PlanInput {
  readonly release: string;
  readonly operation: string;
  /** The release that serves when the operation begins. */
  readonly prior?: string;
}

/**
 * What a deploy or rollback would do, as far as it can be known before build and push. What only those can tell is `unknown`, and the steps are those that
 * would run if it changed. Pure: the same input gives the same bytes.
 * @throws StagecraftError `user` for names in a filter that nobody knows.
 */
export function draft(input: PlanInput): DraftPlan {
  const { plan } = make(input, 'new', false);
  return { ...plan, state: 'draft' };
}

/**
 * The plan that runs: made by the same function, with the images' ids and a fresh look at the hosts.
 * @throws StagecraftError `bug` without a live observation, `external` where an image is still unknown, `user` as `draft`.
 */
export function seal(input: SealInput): SealedPlan {
  if (input.observation.basis !== 'live') throw fail({ code: 'SC2010', kind: 'bug', message: `A plan is sealed on a live observation, not on basis ${input.observation.basis}.` });
  const { plan, model } = make(input, input.release, true);
  const faceless = model.services.find((service) => service.kind !== 'external' && service.image.id === undefined);
  if (faceless)
    throw fail({
      code: 'SC2011',
      kind: 'external',
      message: `The image ${faceless.image.reference} of ${faceless.name} is on no host after build and push.`,
      next: [faceless.build ? 'stagecraft build' : `docker pull ${faceless.image.reference}`],
      location: faceless.location,
    });
  return { ...plan, state: 'sealed', release: input.release, operation: input.operation, ...(input.prior === undefined ? {} : { prior: input.prior }), desired: model };
}

type Base = Omit<DraftPlan, 'state'>;

function make(asked: PlanInput, release: string, sealed: boolean): { readonly plan: Base; readonly model: Desired } {
  const input = withoutEmptyFilter(asked);
  const hosts = viewHosts(input);
  const desired = resolveImages(input.desired, hosts);
  const selection = selectServices(input, hosts);
  const changes = changesOf({ input, desired, hosts, selection, digests: { serviceDigest, differences }, sealed });
  const model = releaseModel(desired, changes, hosts);
  const all = stepsOf({ desired, model, changes, hosts, release, selection });
  const steps = selectSteps(all, input.filter);
  const services = servicePlans(model, changes, hosts, all);
  const inputs = inputsOf(input, hosts);
  const serving = hosts.map((host) => host.release).find((id) => id !== undefined);
  const plan: Base = {
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
  rollOut(unitsOf(changes, stages), images);
  for (const stage of stages) retireRemoved(stage);
  const made = new Set(rollout.map((step) => step.id));
  return [...images.steps, ...rollout, ...stages.flatMap((stage) => finalizeHost(stage, made))];
}
