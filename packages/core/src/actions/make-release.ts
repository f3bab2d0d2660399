import type { Desired } from '../compose/model.js';
import { fail } from '../errors/index.js';
import type { BuiltImage } from '../images/build.js';
import { operationBegins } from '../io/catalogue/phases.js';
import { interrupted, keepsOpen } from '../phases/walk.js';
import { phaseNames, type DraftPlan, type PhaseName, type SealedPlan } from '../plan/types.js';
import { nextSerialOf, servingOf } from '../protocol/history.js';
import type { OpenRecord, ReleaseRecord } from '../protocol/types.js';
import { writeCache } from './cache.js';
import { refuseFindings } from './findings.js';
import type { Gathered } from './gather.js';
import { historyOf, releaseFile } from './history.js';
import type { Operation } from './open-operation.js';
import { carryOut, failureOf, type Ended } from './operation.js';
import { loginsOf } from './logins.js';
import { operatorOf } from './operator.js';
import { proxiesOf } from './proxy.js';
import { pushBuilt } from './push.js';
import { putSealed } from './sealed.js';
import type { DeployResult } from './types.js';
import type { Held } from './under-lock.js';
import { closeUnsealed } from './unsealed.js';
import { urlsOf } from './urls.js';
import type { Version } from './version.js';
import { walkOf, walkPhase } from './walk-phase.js';

/** What makes a deploy and a rollback different before their plan is sealed. */
export interface Intake {
  readonly kind: 'deploy' | 'rollback' | 'scale';
  readonly version: Version;
  readonly target?: string;
  /** Wanted number of containers by service, for a scaling. */
  readonly scale?: Readonly<Record<string, number>>;
  /** A rollback with the secrets of its target. */
  readonly secrets?: 'sealed';
  readonly draft: DraftPlan;
  /** What the draft was made for. */
  readonly desired: Desired;
  /** Builds what is to be built. The images, by reference. */
  build(operation: Operation): Promise<Readonly<Record<string, BuiltImage>>>;
  /** Everything once more, with the built images and what the host has now. */
  gather(built: Readonly<Record<string, BuiltImage>>): Promise<Gathered>;
  seal(gathered: Gathered, ids: { readonly release: string; readonly operation: string; readonly prior?: string }): SealedPlan;
}

/** From a draft to the end: opens the operation, builds, brings images, seals, rolls out. */
export async function makeRelease(held: Held, intake: Intake): Promise<DeployResult> {
  const history = await historyOf(held.hosts);
  const serving = servingOf(history);
  if (intake.draft.steps.length === 0 && !(intake.version.from === 'flag' && intake.version.version !== serving?.version))
    return { outcome: 'nothing to do', plan: intake.draft, ...(serving ? { release: serving } : {}), urls: urlsOf(serving ? await servingModel(held, serving.id) : undefined, held.hosts), exitCode: 0 };
  const operation = await begin(held, intake, history, serving);
  return finish(operation, intake, false);
}

/** The same, from the build on, for an operation that is open and not yet sealed. */
export async function finish(operation: Operation, intake: Intake, resumed: boolean): Promise<DeployResult> {
  const { ws, open, record } = operation;
  ws.io.event(operationBegins({ operation: open.operation, kind: open.kind, release: open.release, version: open.version, environment: record.environment, project: record.project, resumed }));
  const plan = await sealing(operation, intake);
  return resultOf(operation, plan, await carryOut(operation, plan, await proxiesOf(operation, plan)));
}

/** The result of an operation that came to its end, and the project's readable cache of it. */
export async function resultOf(operation: Operation, plan: SealedPlan, ended: Ended, asked: 'forward' | 'abort' = 'forward'): Promise<DeployResult> {
  await writeCache(operation.ws, operation.hosts, operation.record.environment);
  if (ended.outcome === 'failed' && ended.error !== undefined) throw ended.error;
  if (ended.outcome === 'returned' && ended.error !== undefined) throw returned(operation, ended.error);
  return { outcome: ended.outcome, plan, release: ended.release, decision: ended.decision, ...(ended.witness ? { witness: ended.witness } : {}), urls: urlsOf(plan.desired, operation.hosts), exitCode: ended.outcome === 'completed' || asked === 'abort' ? 0 : 4 };
}

async function begin(held: Held, intake: Intake, history: readonly ReleaseRecord[], serving: ReleaseRecord | undefined): Promise<Operation> {
  const { ws, hosts, anchor, settings, session, operation, release } = held;
  const startedAt = new Date(ws.clock.now()).toISOString();
  const by = operatorOf(ws.processEnv);
  const prior = serving ? { prior: serving.id } : {};
  const target = intake.target ? { target: intake.target } : {};
  const counts = intake.scale ? { scale: intake.scale } : {};
  const commit = intake.version.commit ? { commit: intake.version.commit } : {};
  const secrets = intake.secrets ? { secrets: intake.secrets } : {};
  const open: OpenRecord = { operation, kind: intake.kind, release, version: intake.version.version, ...commit, ...prior, ...target, ...secrets, ...counts, hosts: hosts.map((host) => host.name).sort(), anchor: anchor.name, since: startedAt, by };
  const record: ReleaseRecord = {
    format: 1,
    id: release,
    serial: nextSerialOf(history),
    project: settings.project,
    environment: settings.environment,
    version: intake.version.version,
    ...commit,
    kind: intake.kind,
    ...target,
    outcome: 'open',
    startedAt,
    operator: by,
    operation,
    ...(serving ? { previousId: serving.id } : {}),
    phases: Object.fromEntries(phaseNames.map((name) => [name, { status: 'pending' }])) as Record<PhaseName, { status: 'pending' }>,
    images: {},
    rendered: {},
    changes: {},
  };
  const files = { 'release.json': `${JSON.stringify(record)}\n` };
  await Promise.all(
    hosts.map(async (host) => {
      await host.store.open(session, open);
      await host.store.putRelease(session, release, files);
    }),
  );
  return { ws, hosts, away: [], closed: [], anchor, session, open, record, begunAt: held.begunAt };
}

/** Build, push and seal. A failure here has changed nothing of the application: it decides abort, and its exit code is the error's own. */
async function sealing(operation: Operation, intake: Intake): Promise<SealedPlan> {
  const { open } = operation;
  let phase: PhaseName = 'build';
  try {
    const built = await intake.build(operation);
    phase = 'push';
    const pushed = await pushBuilt(operation, intake.desired, built, loginsOf(operation.ws));
    await pull(operation, intake);
    phase = 'rollout';
    const gathered = await intake.gather(pushed);
    const plan = intake.seal(gathered, { release: open.release, operation: open.operation, ...(open.prior ? { prior: open.prior } : {}) });
    refuseFindings(plan.findings);
    await putSealed(operation, plan, gathered);
    return plan;
  } catch (error) {
    // A tool that was ended by the signal may say anything.
    if (operation.ws.signal.aborted) throw interrupted();
    if (keepsOpen(error)) throw error;
    await closeUnsealed(operation, failureOf(error, phase));
    throw error;
  }
}

/** Third-party images come before the plan is sealed: their ids are part of it. */
async function pull(operation: Operation, { draft, desired }: Intake): Promise<void> {
  const { release, operation: id } = operation.open;
  const pulls: SealedPlan = { ...draft, steps: draft.steps.filter((step) => step.action.kind === 'image.pull'), state: 'sealed', release, operation: id, desired };
  await walkPhase(operation, walkOf(operation, pulls, () => undefined), 'push');
}

async function servingModel(held: Held, release: string): Promise<SealedPlan['desired'] | undefined> {
  const text = await releaseFile(held.hosts, release, 'model.json');
  return text === undefined ? undefined : (JSON.parse(text) as SealedPlan['desired']);
}

function returned(operation: Operation, cause: unknown): Error {
  const { message, tail, next } = cause as { message: string; tail?: readonly string[]; next?: readonly string[] };
  const prior = operation.open.prior;
  return fail({
    code: 'SC5010',
    kind: 'returned',
    message: `${operation.open.release} failed and was taken back: ${message}\n${prior ? `${prior} serves again on ${operation.open.hosts.join(', ')}, as before.` : 'It was the first release: its services are stopped and removed, data services are kept.'}`,
    tail: tail ?? [],
    next: [...(next ?? []), `stagecraft releases show ${operation.open.release}`],
    cause,
  });
}
