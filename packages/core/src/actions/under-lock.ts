import type { Settings } from '../config/types.js';
import { fail } from '../errors/index.js';
import { operationId, releaseId } from '../protocol/ids.js';
import type { OpenRecord } from '../protocol/types.js';
import type { OpenHost } from './host.js';
import { refuseDoubtful } from './doubts.js';
import { ensureKey } from './key.js';
import { awaitLocks, holding, inLockOrder } from './lock-hosts.js';
import type { Workspace } from './types.js';

/** The environment's lock, held on every host. */
export interface Held {
  readonly ws: Workspace;
  /** In order of identity. */
  readonly hosts: readonly OpenHost[];
  /** The first of them: it will hold the decision. */
  readonly anchor: OpenHost;
  readonly settings: Pick<Settings, 'project' | 'environment'>;
  readonly session: string;
  readonly operation: string;
  readonly release: string;
  readonly begunAt: number;
}

/**
 * Runs `work` under the environment's lock, from before the build to the end.
 * @throws StagecraftError `locked` when another holds it, or an operation is open.
 */
export async function underLock<T>(ws: Workspace, given: readonly OpenHost[], settings: Pick<Settings, 'project' | 'environment'>, waitMs: number, work: (held: Held) => Promise<T>): Promise<T> {
  const begunAt = ws.clock.now();
  const hosts = await inLockOrder(given);
  const [anchor] = hosts;
  if (!anchor) throw fail({ code: 'SC5008', kind: 'user', message: `${settings.environment} has no hosts.`, next: [`Name them in environments.${settings.environment}.hosts.`] });
  const operation = operationId(ws.clock);
  const session = await awaitLocks(ws, hosts, operation, waitMs);
  return holding(ws, hosts, session, async () => {
    const open = (await Promise.all(hosts.map((host) => host.store.readOpen()))).find((record) => record !== undefined);
    if (open) throw unfinished(open, settings.environment);
    if (hosts.length > 1) await refuseDoubtful(hosts, session, operation);
    await ensureKey(hosts, anchor);
    return work({ ws, hosts, anchor, settings, session, operation, release: releaseId(ws.clock), begunAt });
  });
}

function unfinished(open: OpenRecord, environment: string): Error {
  return fail({
    code: 'SC5005',
    kind: 'locked',
    message: `A ${open.kind} of ${environment} is open: ${open.release} (version ${open.version}), begun ${open.since} by ${open.by}, on ${open.hosts.join(', ')}.`,
    next: [`stagecraft deploy --resume --env ${environment}`, `stagecraft deploy --abort --env ${environment}`],
  });
}
