import type { Desired } from '../compose/model.js';
import { isStagecraftError } from '../errors/index.js';
import { copyNotWritten } from '../io/catalogue/protocol.js';
import { createCache } from '../protocol/cache.js';
import { servingOf } from '../protocol/history.js';
import type { ReleaseRecord } from '../protocol/types.js';
import { historyOf, releaseFile } from './history.js';
import type { Identity, OpenHost } from './host.js';
import type { Workspace } from './types.js';

/** What served when the project last looked: by environment. Free of secrets. */
export type Serving = Readonly<Record<string, { readonly identity: Identity; readonly release: string; readonly version: string; readonly desired: Desired }>>;

const servingPath = '.stagecraft/serving.json';

/** Brings the project's readable cache up to the hosts' history. The cache never decides, so where it cannot be written that is told and no more. */
export async function writeCache(ws: Workspace, hosts: readonly OpenHost[], environment: string): Promise<void> {
  await writeHistory(ws, hosts, environment, await historyOf(hosts));
}

/** The same, with what they remember already read. */
export async function writeHistory(ws: Workspace, hosts: readonly OpenHost[], environment: string, history: readonly ReleaseRecord[]): Promise<void> {
  await forReading(ws, 'The cache of releases', () => cacheOf(ws).write(environment, history));
  const serving = servingOf(history);
  const model = serving && (await releaseFile(hosts, serving.id, 'model.json'));
  if (!serving || !model) return;
  const desired = JSON.parse(model) as Desired;
  const identity: Identity = { project: desired.project, environment, composeProject: desired.composeProject, driver: desired.driver, hosts: [] };
  await forReading(ws, 'What serves', async () => {
    await ws.files.write(servingPath, `${JSON.stringify({ ...(await readServing(ws)), [environment]: { identity, release: serving.id, version: serving.version, desired } })}\n`);
  });
}

/** Writes what lies in the project only to be read. A full disk or a read-only checkout there says nothing of the hosts: it is told, and the command goes on. */
export async function forReading(ws: Pick<Workspace, 'io'>, what: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (!isStagecraftError(error) || error.kind === 'bug' || error.kind === 'interrupted') throw error;
    ws.io.event(copyNotWritten({ what, reason: error.message }));
  }
}

/** The releases that the project knows of without asking a host, newest first. */
export async function readCache(ws: Workspace, environment: string): Promise<readonly ReleaseRecord[]> {
  return cacheOf(ws).read(environment);
}

export async function readServing(ws: Workspace): Promise<Serving> {
  const text = await ws.files.read(servingPath);
  if (text === undefined) return {};
  try {
    return JSON.parse(text) as Serving;
  } catch {
    // A cache that cannot be read is worth nothing, and the next deploy writes it anew.
    return {};
  }
}

function cacheOf(ws: Workspace): ReturnType<typeof createCache> {
  return createCache({ files: ws.files, path: cachePath(ws), clock: ws.clock, io: ws.io });
}

export function cachePath(ws: Pick<Workspace, 'processEnv'>): string {
  return ws.processEnv['STAGECRAFT_STATE_FILE'] ?? '.stagecraft/releases.json';
}
