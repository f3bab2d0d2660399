import type { Action, ActionKind, OperatorsKind } from '../plan/types.js';
import { containerDrain } from './container-drain.js';
import { containerGate } from './container-gate.js';
import { containerRemove } from './container-remove.js';
import { containerResume } from './container-resume.js';
import { containerStart } from './container-start.js';
import { containerStop } from './container-stop.js';
import { edgeEnsure } from './edge-ensure.js';
import { edgeRemove } from './edge-remove.js';
import { imageCarry } from './image-carry.js';
import { imageFetch } from './image-fetch.js';
import { imagePull } from './image-pull.js';
import { jobRun } from './job-run.js';
import { proxyEnsure } from './proxy-ensure.js';
import { routeAdmit } from './route-admit.js';
import { routeApply } from './route-apply.js';
import { routeRetire } from './route-retire.js';
import type { StepKind } from './types.js';

/** Kinds that run on a host. Builds and pushes are the operator's, before a plan is sealed. */
export type HostAction = Exclude<Action, { kind: OperatorsKind }>;

const kinds: { readonly [K in HostAction['kind']]: StepKind<Extract<Action, { kind: K }>> } = {
  'container.drain': containerDrain,
  'container.gate': containerGate,
  'container.remove': containerRemove,
  'container.resume': containerResume,
  'container.start': containerStart,
  'container.stop': containerStop,
  'edge.ensure': edgeEnsure,
  'edge.remove': edgeRemove,
  'image.carry': imageCarry,
  'image.fetch': imageFetch,
  'image.pull': imagePull,
  'job.run': jobRun,
  'proxy.ensure': proxyEnsure,
  'route.admit': routeAdmit,
  'route.apply': routeApply,
  'route.retire': routeRetire,
};

/** The step kind that carries out an action. */
export function stepKind(kind: Exclude<ActionKind, OperatorsKind>): StepKind {
  return kinds[kind] as StepKind;
}

/** Done before the plan was sealed, on the operator's machine. */
export function onOperator(action: Action): action is Extract<Action, { kind: OperatorsKind }> {
  return action.kind === 'image.build' || action.kind === 'image.push';
}
