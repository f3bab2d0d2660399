import { setTimeout as sleep } from 'node:timers/promises';
import type Dockerode from 'dockerode';
import { fail, isStagecraftError } from '../errors/index.js';
import type { ContainerState, Containers, EngineInfo, ImageState } from '../ports/containers.js';
import { containerState } from './engine-container.js';
import { logLines } from './engine-logs.js';

export interface Patience {
  /** How long a question may go unanswered, milliseconds; default 30 s. An engine that hangs takes connections and says nothing. */
  readonly answerMs?: number;
  /** How long an engine that has answered before may be away, as when it is restarted; default 20 s. */
  readonly returnMs?: number;
}

/** How an engine is come by. */
export interface EngineAccess {
  /** What an error calls it: `unix:///var/run/docker.sock`. */
  readonly where: string;
  readonly options: Dockerode.DockerOptions;
  /** For what stays open as long as it is read; absent: the same. A question must never wait until one of those ends. */
  readonly lasting?: Dockerode.DockerOptions;
}

/**
 * Reads from the engine behind a unix socket of this machine. Every question ends in bounded time.
 * @param socket absolute path, as in `/var/run/docker.sock`
 */
export function engineAt(socket: string, patience: Patience = {}): Containers {
  return engineBy(accessTo(socket), patience);
}

/** The engine behind a unix socket of this machine. */
export function accessTo(socket: string): EngineAccess {
  return { where: `unix://${socket}`, options: { socketPath: socket } };
}

/** The same, of an engine wherever it is. */
export function engineBy({ where, options, lasting = options }: EngineAccess, { answerMs = 30_000, returnMs = 20_000 }: Patience = {}): Containers {
  let docker: Promise<Dockerode> | undefined;
  const connect = (): Promise<Dockerode> => (docker ??= import('./dockerode.js').then(({ Docker }) => new Docker({ ...options, timeout: answerMs + 1_000 })));
  // Who follows a log may wait for its next line for days.
  const follow = (): Promise<Dockerode> => import('./dockerode.js').then(({ Docker }) => new Docker(lasting));
  let answered = false;
  const ask = async <T>(what: string, question: (d: Dockerode) => Promise<T>): Promise<T> => {
    for (const begun = Date.now(); ; await sleep(100)) {
      try {
        const answer = await inTime(question(await connect()), answerMs);
        answered = true;
        return answer;
      } catch (error) {
        if (!answered || !away(error) || Date.now() - begun >= returnMs) throw silent(where, what, error);
      }
    }
  };
  const absent = async <T>(question: Promise<T>): Promise<T | undefined> => {
    try {
      return await question;
    } catch (error) {
      if (statusOf(error) === 404) return undefined;
      throw error;
    }
  };

  const inspect = (id: string): Promise<ContainerState | undefined> =>
    ask('inspect a container', async (d) => {
      const found = await absent(d.getContainer(id).inspect());
      return found && containerState(found);
    });

  return {
    inspect,
    info: () =>
      ask('ask for its version', async (d): Promise<EngineInfo> => {
        const [version, info] = await Promise.all([d.version(), d.info() as Promise<{ ID: string; Name: string }>]);
        return { version: version.Version, apiVersion: version.ApiVersion, architecture: version.Arch, os: version.Os, name: info.Name, id: info.ID };
      }),
    list: (labels) =>
      ask('list containers', async (d) => {
        const rows = await d.listContainers({ all: true, filters: labelFilter(labels) });
        const states = await Promise.all(rows.map((row) => absent(d.getContainer(row.Id).inspect())));
        return states.flatMap((found) => (found ? [containerState(found)] : [])).sort(byServiceAndNumber);
      }),
    image: (reference) =>
      ask('inspect an image', async (d) => {
        const found = await absent(d.getImage(reference).inspect());
        return found && imageState(found);
      }),
    images: (labels) =>
      ask('list images', async (d) => {
        const rows = await d.listImages({ filters: labelFilter(labels) as never });
        const found = await Promise.all(rows.map((row) => absent(d.getImage(row.Id).inspect())));
        return found.flatMap((image) => (image ? [imageState(image)] : [])).sort((a, b) => (a.id < b.id ? -1 : 1));
      }),
    networks: (labels) =>
      ask('list networks', async (d) => {
        const rows = await d.listNetworks({ filters: labelFilter(labels) as never });
        return rows
          .map((row) => {
            const gateway = row.IPAM?.Config?.[0]?.Gateway;
            return { name: row.Name, id: row.Id, labels: row.Labels ?? {}, ...(gateway ? { gateway } : {}) };
          })
          .sort((a, b) => (a.name < b.name ? -1 : 1));
      }),
    volumes: (labels) =>
      ask('list volumes', async (d) => {
        const { Volumes } = await d.listVolumes({ filters: labelFilter(labels) as never });
        return (Volumes ?? []).map((volume) => ({ name: volume.Name, labels: volume.Labels ?? {} })).sort((a, b) => (a.name < b.name ? -1 : 1));
      }),
    logs: (id, options) => logLines(connect, options?.follow ? follow : connect, id, options ?? {}, (error) => silent(where, 'read logs', error)),
  };
}

function labelFilter(labels: Readonly<Record<string, string | true>>): { label: string[] } {
  return { label: Object.entries(labels).map(([name, value]) => (value === true ? name : `${name}=${value}`)) };
}

function byServiceAndNumber(a: ContainerState, b: ContainerState): number {
  const left = a.service ?? '';
  const right = b.service ?? '';
  if (left !== right) return left < right ? -1 : 1;
  return (a.number ?? 0) - (b.number ?? 0) || (a.id < b.id ? -1 : 1);
}

function imageState(image: Dockerode.ImageInspectInfo): ImageState {
  const config = image.Config as Dockerode.ImageInspectInfo['Config'] & { Healthcheck?: { Test?: readonly string[] } };
  return {
    id: image.Id,
    tags: image.RepoTags ?? [],
    digests: image.RepoDigests ?? [],
    architecture: image.Architecture,
    os: image.Os,
    size: image.Size,
    labels: config?.Labels ?? {},
    volumes: Object.keys((config?.Volumes as Record<string, unknown> | null) ?? {}).sort(),
    workdir: config?.WorkingDir ?? '',
    exposed: Object.keys(config?.ExposedPorts ?? {}).map((port) => Number.parseInt(port, 10)).sort((a, b) => a - b),
    healthcheck: (config?.Healthcheck?.Test?.length ?? 0) > 0 && config?.Healthcheck?.Test?.[0] !== 'NONE',
    layers: (image.RootFS as { readonly Layers?: readonly string[] } | undefined)?.Layers ?? [],
    createdAt: image.Created,
  };
}

function statusOf(error: unknown): number | undefined {
  return (error as { statusCode?: number } | undefined)?.statusCode;
}

/** Ends a question in time. Its connection is closed by the client's own time, which comes a moment later: what it says then is not heard. */
async function inTime<T>(question: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  question.catch(() => undefined);
  try {
    return await Promise.race([question, new Promise<never>((_, reject) => (timer = setTimeout(() => reject(new Unanswered(`it takes connections, but has not answered for ${ms / 1000} s`)), ms)))]);
  } finally {
    clearTimeout(timer);
  }
}

class Unanswered extends Error {}

/** Nobody listens, or who did is gone in the middle of an answer. */
function away(error: unknown): boolean {
  return ['ECONNREFUSED', 'ENOENT', 'ECONNRESET', 'EPIPE'].includes((error as { code?: string }).code ?? '');
}

function silent(where: string, what: string, cause: unknown): Error {
  // The way to it is broken, which says so itself.
  if (isStagecraftError(cause)) return cause;
  const { code, message } = cause as { code?: string; message?: string };
  if (cause instanceof Unanswered)
    return fail({
      code: 'SC3504',
      kind: 'external',
      message: `The container engine at ${where} hangs: ${message}. Tried to ${what}.`,
      next: ['Look at the log of the engine (journalctl -u docker), and restart it (systemctl restart docker).', 'stagecraft status'],
      cause,
    });
  if (code === 'EACCES' || away(cause))
    return fail({
      code: 'SC3501',
      kind: 'external',
      message: `The container engine at ${where} does not answer (${code}): tried to ${what}.`,
      next: code === 'EACCES' ? ['Add your user to the group that owns the socket, or set DOCKER_HOST.'] : ['Start the engine, or set DOCKER_HOST to the socket of one that runs.'],
      cause,
    });
  return fail({ code: 'SC3502', kind: 'external', message: `The container engine refused to ${what}: ${message ?? String(cause)}`, next: ['docker info'], cause });
}
