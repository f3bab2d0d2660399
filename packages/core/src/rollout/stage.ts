import type { DesiredService } from '../compose/model.js';
import type { Action, PhaseName, Step } from '../plan/types.js';
import type { Route } from '../plugin-api/route.js';
import type { TableEditor } from '../routes/table.js';
import type { Found } from './found.js';
import type { HostChange } from './reconcile.js';

/** One host while its steps are made: the route table as it is after the steps made so far. */
export interface HostStage {
  readonly name: string;
  readonly edge: string;
  readonly release: string;
  readonly acknowledgeMs: number;
  readonly table: TableEditor;
  /** The rules that the host ends with, by service. */
  readonly rules: ReadonlyMap<string, readonly Route[]>;
  /** Keys of all of them: a rule that another service will have is not dropped, but taken over. */
  readonly ruleKeys: ReadonlySet<string>;
  readonly steps: Step[];
  /** Id of the step that makes the edge, where there is one. */
  edgeStep: string | undefined;
  /** Id of the last step that carries a table: they are made one after the other. */
  lastRouteStep: string | undefined;
}

/** What one service does on one host. */
export interface ServiceStage {
  readonly host: HostStage;
  readonly service: DesiredService;
  readonly change: HostChange;
  /** Its rules lead to it in the end. */
  readonly routed: boolean;
  /** Kept ones that have to be let in: the proxy does not know them, and they have no name on the edge or still come up. */
  readonly join: readonly Found[];
}

/** The steps of one half of a service's rollout, as far as others wait for them. */
export interface Half {
  /** Ids of the steps after which what depends on the service may begin. */
  readonly ready: readonly string[];
  /** Ids of the steps with which it ends; empty: it had none. */
  readonly last: readonly string[];
}

export interface StepDraft {
  readonly action: Action;
  readonly touches: readonly string[];
  readonly why: string;
  readonly dependsOn: readonly string[];
  readonly undo?: string;
  readonly phase?: PhaseName;
}

/** Adds a step of a service; its id is `<host>/<service>/<verb>`. */
export function addStep(host: HostStage, service: string, verb: string, draft: StepDraft): string {
  return add(host, `${host.name}/${service}/${verb}`, draft, { service });
}

/** Adds a step of the host itself; its id is `<host>/<verb>`, as in `local/proxy/ensure`. */
export function addHostStep(host: HostStage, verb: string, draft: StepDraft): string {
  return add(host, `${host.name}/${verb}`, draft, {});
}

function add(host: HostStage, id: string, draft: StepDraft, of: { readonly service?: string }): string {
  // Each table begins where the one before ended, so these steps are made one after the other.
  const routes = 'to' in draft.action;
  const chain = routes && host.lastRouteStep !== undefined ? [host.lastRouteStep] : [];
  host.steps.push({
    id,
    phase: draft.phase ?? 'rollout',
    action: draft.action,
    host: host.name,
    ...of,
    touches: draft.touches,
    why: draft.why,
    dependsOn: [...new Set([...draft.dependsOn, ...chain])].sort(),
    undo: draft.undo,
  });
  if (routes) host.lastRouteStep = id;
  return id;
}
