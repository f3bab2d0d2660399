import type { Desired, ServiceKind } from '../compose/model.js';
import type { Finding } from '../plugin-api/failure.js';
import type { Location } from '../plugin-api/location.js';
import type { RouteTable } from '../plugin-api/route.js';

/** In this order, always. */
export const phaseNames = ['build', 'push', 'migrate_pre', 'rollout', 'migrate_post', 'finalize'] as const;
export type PhaseName = (typeof phaseNames)[number];

/** Everything that can happen, as data. The phase engine walks steps; it never plans. */
export type Action =
  /** Builds an image on the operator's engine; the plan's later parts know its id only when sealed. */
  | { readonly kind: 'image.build'; readonly service: string; readonly reference: string }
  | { readonly kind: 'image.pull'; readonly service: string; readonly reference: string }
  /** Brings a built image from the operator's engine to the registry. */
  | { readonly kind: 'image.push'; readonly service: string; readonly reference: string }
  /** A host pulls what was built and pushed. `id` and `digest` are known when sealed. */
  | { readonly kind: 'image.fetch'; readonly service: string; readonly reference: string; readonly id?: string; readonly digest?: string }
  /** Brings an image from the operator's engine to a host that lacks it. `id` is known when sealed. */
  | { readonly kind: 'image.carry'; readonly service: string; readonly reference: string; readonly id?: string }
  /** Brings the host's shared proxy up where it is absent or stopped. */
  | { readonly kind: 'proxy.ensure'; readonly provider: string }
  /** Makes the environment's edge network and joins the proxy to it. */
  | { readonly kind: 'edge.ensure'; readonly network: string }
  /** Creates `count` new containers of the service, and starts them. Old ones are left alone. */
  | { readonly kind: 'container.start'; readonly service: string; readonly count: number; readonly edge?: EdgeAliases }
  /** Starts containers that exist and are stopped, whose digest is the wanted one. */
  | { readonly kind: 'container.resume'; readonly service: string; readonly ids: readonly string[] }
  /** Waits until the operation's containers of the service are healthy and settled. */
  | { readonly kind: 'container.gate'; readonly service: string; readonly count: number; readonly ids?: readonly string[]; readonly healthcheck: boolean; readonly timeoutMs: number; readonly settleMs: number }
  /**
   * Joins new containers to the edge under their aliases and writes the table; done when the proxy lists them. `ids`: containers that exist already,
   * in the aliases' order; absent: those that the operation made. On the way back what it let in is drained for `drainMs` before anything ends it.
   */
  | { readonly kind: 'route.admit'; readonly service: string; readonly edge: EdgeAliases; readonly from: RouteTable; readonly to: RouteTable; readonly acknowledgeMs: number; readonly ids?: readonly string[]; readonly drainMs?: number }
  /** Takes old targets out of the table; done when the proxy no longer lists them. */
  | { readonly kind: 'route.retire'; readonly service: string; readonly from: RouteTable; readonly to: RouteTable; readonly acknowledgeMs: number }
  /** The table changes but no container does (changed rules, a removed service's routes). */
  | { readonly kind: 'route.apply'; readonly from: RouteTable; readonly to: RouteTable; readonly acknowledgeMs: number }
  /** Waits until the proxy counts no open request on the old containers, their connections end, or the time is over. */
  | { readonly kind: 'container.drain'; readonly service: string; readonly ids: readonly string[]; readonly targets: readonly string[]; readonly timeoutMs: number }
  /** Restart policy `no`, stop with grace, off the edge; kept until the decision is commit. `rename`: frees a fixed container name. */
  | { readonly kind: 'container.stop'; readonly service: string; readonly ids: readonly OldContainer[]; readonly graceMs: number; readonly edge?: string; readonly rename: boolean }
  /** Runs the job's container to its end. */
  | { readonly kind: 'job.run'; readonly service: string; readonly timeoutMs: number }
  /** Removes containers by id; only after commit. */
  | { readonly kind: 'container.remove'; readonly service: string; readonly ids: readonly string[]; readonly graceMs: number }
  | { readonly kind: 'edge.remove'; readonly network: string };

export type ActionKind = Action['kind'];

/** What the operator's machine does before a plan is sealed; all else runs on a host. */
export type OperatorsKind = 'image.build' | 'image.push';

export interface EdgeAliases {
  readonly network: string;
  /** One a replica, in order of the containers' Compose numbers: `<service>-<release>-<n>`. */
  readonly aliases: readonly string[];
}

/** A container that serves before the step, with what a return needs to restore it. */
export interface OldContainer {
  readonly id: string;
  readonly name: string;
  readonly restartPolicy: string;
  /** Aliases on the edge network, to join again on return. */
  readonly aliases: readonly string[];
  /** True: it did not run before the step, which only frees its name; a return leaves it stopped. */
  readonly stopped?: true;
  /** True: it ran, but was not up or not healthy before the step; a return starts it and asks no more of it. */
  readonly sick?: true;
}

export interface Step {
  /** Unique in the plan and stable over runs: `<host>/<service>/<verb>`, as in `local/web/start`. */
  readonly id: string;
  readonly phase: PhaseName;
  readonly action: Action;
  /** Absent for steps of the operator's machine (builds). */
  readonly host?: string;
  readonly service?: string;
  /** Resources that it changes: `image:shop-web:v2`, `container:web`, `route:web`, `network:shop-prod-edge`; empty for waits. */
  readonly touches: readonly string[];
  readonly why: string;
  /** Ids of steps that must be done before. */
  readonly dependsOn: readonly string[];
  /** True where the way back is known: steps/ undoes it from this step's own data. */
  readonly undo: string | undefined;
}

export type Change =
  | 'create' | 'replace' | 'resume' | 'scale' | 'run' | 'held' | 'remove' | 'none'
  /** What only a build, a pull or the host can tell. */
  | 'unknown';

/** What happens to one service, and what it costs. */
export interface ServicePlan {
  readonly service: string;
  readonly kind: ServiceKind;
  readonly change: Change;
  /** What differs, as in `image`, `environment`, `definition.command`; sorted. */
  readonly differs: readonly string[];
  readonly why: string;
  readonly verdict: Verdict;
  readonly location?: Location;
}

/** Whether requests are lost, and why, before anything runs. */
export interface Verdict {
  readonly strategy: 'rolling' | 'recreate' | 'none';
  /** `none lost`: for routed traffic. `best effort`: reached by other services by name, or unrouted. `interrupted`: there is a gap. `untouched`: it is left alone. */
  readonly promise: 'none lost' | 'best effort' | 'interrupted' | 'untouched';
  readonly reasons: readonly { readonly text: string; readonly location?: Location }[];
}

interface PlanBase {
  readonly format: 1;
  readonly kind: 'deploy' | 'rollback' | 'scale';
  readonly project: string;
  readonly environment: string;
  readonly version: string;
  /** For a rollback: the release it goes back to. For a scaling: the one that is scaled. */
  readonly target?: string;
  readonly basis: 'live' | 'record' | 'none';
  readonly hosts: readonly string[];
  /** Release that serves by the basis; absent: none known. */
  readonly serving?: string;
  readonly services: readonly ServicePlan[];
  readonly steps: readonly Step[];
  readonly findings: readonly Finding[];
  /** SHA-256 over desired input, each host's serving release, format and providers. */
  readonly digest: string;
  /** What the digest is made of, part by part, so that a stale plan can say what differs. */
  readonly inputs?: PlanInputs;
  /** What was asked to be planned; a saved plan is planned again with the same. */
  readonly filter?: PlanFilter;
  readonly replace?: readonly string[];
  readonly acceptEmptyVolume?: readonly string[];
}

/** The parts of a plan's digest. Digests are SHA-256, hex. */
export interface PlanInputs {
  /** By service: all that the user's files say of it, places aside. */
  readonly services: Readonly<Record<string, string>>;
  /** By service, where it is known: the keyed digest of its variables' values. Not in the plan's digest, because an offline plan cannot know it. */
  readonly values: Readonly<Record<string, string>>;
  readonly routes: string;
  /** Networks, volumes, configs, secrets, proxy, hosts and rollout settings. */
  readonly rest: string;
  /** Serving release by host; '' where none is known. */
  readonly serving: Readonly<Record<string, string>>;
  /** `package@version`, sorted. */
  readonly providers: readonly string[];
}

/** What is known before build and push. It cannot be executed past them, by type. */
export interface DraftPlan extends PlanBase {
  readonly state: 'draft';
}

/** The only plan that changes hosts: images and observation are fixed. */
export interface SealedPlan extends PlanBase {
  readonly state: 'sealed';
  readonly release: string;
  readonly operation: string;
  readonly prior?: string;
  readonly desired: Desired;
}

export type Plan = DraftPlan | SealedPlan;

/** Everything the planner needs. Pure: no call is made from it. */
export interface PlanInput {
  readonly kind: 'deploy' | 'rollback' | 'scale';
  readonly desired: Desired;
  readonly observation: import('../observe/types.js').Observation;
  readonly version: string;
  readonly target?: string;
  readonly filter?: PlanFilter;
  /** `package@version` of every provider used, sorted. */
  readonly providers: readonly string[];
  /** Services that `--replace` names: data services that may be replaced. */
  readonly replace: readonly string[];
  readonly acceptEmptyVolume: readonly string[];
  readonly findings: readonly Finding[];
}

export interface PlanFilter {
  readonly services?: readonly string[];
  readonly roles?: readonly string[];
  readonly hosts?: readonly string[];
  readonly phases?: readonly PhaseName[];
}
