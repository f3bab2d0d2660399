import { fail } from '../errors/index.js';
import { operationBegins } from '../io/catalogue/phases.js';
import type { SealedPlan } from '../plan/types.js';
import { checkRoutes } from '../routes/check-routes.js';
import { decisionOf } from './decide.js';
import { deployIntake } from './deploy-intake.js';
import { refuseFindings } from './findings.js';
import { historyOf } from './history.js';
import { identify } from './identity.js';
import { finish, resultOf } from './make-release.js';
import type { Operation } from './open-operation.js';
import { abortOperation, carryOut, refuseAway } from './operation.js';
import { proxiesOf } from './proxy.js';
import { rollbackIntake } from './rollback.js';
import { scaleIntake } from './scale.js';
import { readSealed } from './sealed.js';
import { loadSettings } from './settings.js';
import type { DeployOptions, DeployResult, Workspace } from './types.js';
import { withOpen } from './take-up.js';
import { closeUnsealed } from './unsealed.js';

/** Goes on with the open operation from where its journal says it stands; after a decision to abort it finishes the way back. */
export async function resume(ws: Workspace, options: DeployOptions): Promise<DeployResult> {
  return withOpen(ws, async (operation) => {
    const { open } = operation;
    const plan = await readSealed(operation);
    if (!plan) return (await decisionOf(operation)) === 'abort' ? abandoned(operation, 4) : notSealed(operation, options);
    ws.io.event(operationBegins({ operation: open.operation, kind: open.kind, release: open.release, version: open.version, environment: operation.record.environment, project: operation.record.project, resumed: true }));
    const proxies = await proxiesOf(operation, plan);
    await refuseTakenRoutes(operation, plan);
    return resultOf(operation, plan, await carryOut(operation, plan, proxies));
  });
}

/** While the operation lay open another project may have taken a route that it wants; once decided, it has its routes or gives them back. */
async function refuseTakenRoutes(operation: Operation, plan: SealedPlan): Promise<void> {
  if ((await decisionOf(operation)) !== undefined) return;
  const findings = (await Promise.all(operation.hosts.map((host) => checkRoutes(host.files, host.scope, plan.desired)))).flat();
  refuseFindings(findings.map((finding) => ({ ...finding, next: [...(finding.next ?? []), 'stagecraft deploy --abort'] })));
}

/** Takes the open operation back. Done is done: after commit it refuses and names `rollback`. */
export async function abort(ws: Workspace): Promise<DeployResult> {
  return withOpen(ws, async (operation) => {
    const { open } = operation;
    const plan = await readSealed(operation);
    if (!plan) return abandoned(operation, 0);
    ws.io.event(operationBegins({ operation: open.operation, kind: open.kind, release: open.release, version: open.version, environment: operation.record.environment, project: operation.record.project, resumed: true }));
    return resultOf(operation, plan, await abortOperation(operation, plan, await proxiesOf(operation, plan)), 'abort');
  });
}

/** It ends as it is: nothing was sealed, so there is nothing to take back. Who asked to go on did not get what he asked for. */
async function abandoned(operation: Operation, exitCode: 0 | 4): Promise<DeployResult> {
  const release = await closeUnsealed(operation, { code: 'SC3213', message: 'aborted before it was sealed', phase: 'build' });
  return { outcome: 'failed', release, decision: 'abort', urls: [], exitCode };
}

/** Nothing was sealed, so nothing has changed: build and plan again under the same operation. */
async function notSealed(operation: Operation, options: DeployOptions): Promise<DeployResult> {
  const { ws, hosts, open } = operation;
  refuseAway(operation);
  if (open.kind === 'rollback') {
    const target = (await historyOf(hosts)).find((release) => release.id === open.target);
    if (!target) throw fail({ code: 'SC5019', kind: 'user', message: `The rollback ${open.release} was not sealed, and its target ${open.target ?? ''} is gone.`, next: ['stagecraft deploy --abort'] });
    return finish(operation, await rollbackIntake(ws, hosts, await identify(ws), target, { ...options, secrets: open.secrets ?? 'today' }), true);
  }
  if (open.kind === 'scale') return finish(operation, await scaleIntake(ws, hosts, await identify(ws), open.scale ?? {}), true);
  const loaded = await loadSettings(ws);
  return finish(operation, await deployIntake(ws, hosts, loaded, options, { version: open.version, from: 'flag' }), true);
}
