import { fail } from '../errors/index.js';
import { operationBegins } from '../io/catalogue/phases.js';
import type { SealedPlan } from '../plan/types.js';
import { describeOwner } from '../protocol/owner.js';
import type { OpenRecord, ReleaseRecord } from '../protocol/types.js';
import { checkRoutes } from '../routes/check-routes.js';
import { deployIntake } from './deploy-intake.js';
import { refuseFindings } from './findings.js';
import { openHost, type Identity } from './host.js';
import { identify } from './identity.js';
import { finish, resultOf } from './make-release.js';
import type { Operation } from './open-operation.js';
import { abortOperation, carryOut } from './operation.js';
import { proxyOfOperation } from './proxy.js';
import { rollbackIntake } from './rollback.js';
import { readSealed } from './sealed.js';
import { loadSettings } from './settings.js';
import type { DeployOptions, DeployResult, Workspace } from './types.js';
import { holding, waiting } from './under-lock.js';
import { closeUnsealed } from './unsealed.js';

/** Goes on with the open operation from where its journal says it stands; after a decision to abort it finishes the way back. */
export async function resume(ws: Workspace, options: DeployOptions): Promise<DeployResult> {
  return withOpen(ws, async (operation) => {
    const { host, open } = operation;
    const plan = await readSealed(host, open.release);
    if (!plan) return (await host.store.readDecision(open.operation)) === 'abort' ? abandoned(operation) : notSealed(operation, options);
    ws.io.event(operationBegins({ operation: open.operation, kind: open.kind, release: open.release, version: open.version, environment: operation.record.environment, project: operation.record.project, resumed: true }));
    const proxy = await proxyOfOperation(operation, plan);
    await refuseTakenRoutes(operation, plan);
    return resultOf(operation, plan, await carryOut(operation, plan, proxy));
  });
}

/** While the operation lay open another project may have taken a route that it wants; once decided, it has its routes or gives them back. */
async function refuseTakenRoutes({ host, open }: Operation, plan: SealedPlan): Promise<void> {
  if ((await host.store.readDecision(open.operation)) !== undefined) return;
  const findings = await checkRoutes(host.files, host.scope, plan.desired);
  refuseFindings(findings.map((finding) => ({ ...finding, next: [...(finding.next ?? []), 'stagecraft deploy --abort'] })));
}

/** Takes the open operation back. Done is done: after commit it refuses and names `rollback`. */
export async function abort(ws: Workspace): Promise<DeployResult> {
  return withOpen(ws, async (operation) => {
    const { host, open } = operation;
    const plan = await readSealed(host, open.release);
    if (!plan) return abandoned(operation);
    ws.io.event(operationBegins({ operation: open.operation, kind: open.kind, release: open.release, version: open.version, environment: operation.record.environment, project: operation.record.project, resumed: true }));
    const proxy = await proxyOfOperation(operation, plan);
    return resultOf(operation, plan, await abortOperation(operation, plan, proxy), 'abort');
  });
}

/** It ends as it is: nothing was sealed, so there is nothing to take back. */
async function abandoned(operation: Operation): Promise<DeployResult> {
  const release = await closeUnsealed(operation, { code: 'SC3213', message: 'aborted before it was sealed', phase: 'build' });
  return { outcome: 'failed', release, decision: 'abort', urls: [], exitCode: 0 };
}

/** Nothing was sealed, so nothing has changed: build and plan again under the same operation. */
async function notSealed(operation: Operation, options: DeployOptions): Promise<DeployResult> {
  const { ws, host, open } = operation;
  if (open.kind === 'rollback') {
    const target = (await host.store.history()).find((release) => release.id === open.target);
    if (!target) throw fail({ code: 'SC5019', kind: 'user', message: `The rollback ${open.release} was not sealed, and its target ${open.target ?? ''} is gone.`, next: ['stagecraft deploy --abort'] });
    return finish(operation, await rollbackIntake(ws, host, target, options), true);
  }
  const loaded = await loadSettings(ws);
  return finish(operation, await deployIntake(ws, host, loaded, options, { version: open.version, from: 'flag' }), true);
}

async function withOpen<T>(ws: Workspace, work: (operation: Operation) => Promise<T>): Promise<T> {
  const identity = await identify(ws);
  const host = await openHost(ws, identity);
  const begunAt = ws.clock.now();
  await host.store.prepare();
  const open = await host.store.readOpen();
  if (!open) throw nothingOpen(identity);
  // The lock of the operation itself is given where its holder left or is proved dead; else this says who holds it.
  const { session } = await host.store.acquire(await describeOwner(ws.processEnv, ws.command), open.operation, ws.clock.now(), waiting(ws));
  return holding(host, session, async () => {
    const now = await host.store.readOpen();
    if (now?.operation !== open.operation) throw nothingOpen(identity);
    const record = await host.store.readRelease(open.release);
    return work({ ws, host, session, open, record: record ?? recordOf(open, identity, await host.store.nextSerial()), begunAt });
  });
}

function nothingOpen(identity: Identity): Error {
  return fail({ code: 'SC5020', kind: 'user', message: `No operation of ${identity.environment} is open: there is nothing to resume or abort.`, next: ['stagecraft status', 'stagecraft releases list'] });
}

/** The record that a crash came before: made again from what is open. */
function recordOf(open: OpenRecord, identity: Identity, serial: number): ReleaseRecord {
  const pending = { status: 'pending' } as const;
  return {
    format: 1, id: open.release, serial, project: identity.project, environment: identity.environment, version: open.version, kind: open.kind, outcome: 'open',
    startedAt: open.since, operator: open.by, operation: open.operation, ...(open.prior ? { previousId: open.prior } : {}),
    phases: { build: pending, push: pending, migrate_pre: pending, rollout: pending, migrate_post: pending, finalize: pending }, images: {}, rendered: {}, changes: {},
  };
}
