import type { Action } from '../plan/types.js';
import { lists, servicesOf, tableScript, untilListed } from './proxy-of.js';
import type { StepKind } from './types.js';

/** The rules change and no container does. */
export const routeApply: StepKind<Extract<Action, { kind: 'route.apply' }>> = {
  done: (action, world) => lists(world, action.to, servicesOf(action.from, action.to)),
  script: (action, world) => tableScript(world, action.from, action.to),
  settle: (action, world) => untilListed(world, action.to, servicesOf(action.from, action.to), action.acknowledgeMs),
  undo: {
    done: (action, world) => lists(world, action.from, servicesOf(action.from, action.to)),
    script: (action, world) => tableScript(world, action.to, action.from),
    settle: (action, world) => untilListed(world, action.from, servicesOf(action.from, action.to), action.acknowledgeMs),
  },
};
