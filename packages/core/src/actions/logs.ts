import { fail } from '../errors/index.js';
import type { ContainerState, LogLine } from '../ports/containers.js';
import { openHost, type OpenHost } from './host.js';
import { identify } from './identity.js';
import { merged, type Stream } from './merge-streams.js';
import { momentOf } from './since.js';
import type { LogEntry, LogsOptions, Workspace } from './types.js';

/** How often following looks for containers that began since. */
const lookAgainMs = 500;

/**
 * Log lines of the environment's services in order of time. Following goes on through restarts and new containers until the signal.
 * @throws StagecraftError `user` for a service that the environment does not have, and a `since` that is no time.
 */
export async function* logs(ws: Workspace, asked: LogsOptions): AsyncIterable<LogEntry> {
  const options = asked.since === undefined ? asked : { ...asked, since: momentOf(asked.since, ws.clock.now()) };
  const identity = await identify(ws);
  const host = await openHost(ws, identity);
  const list = (): Promise<readonly ContainerState[]> => host.containers.list({ 'com.docker.compose.project': identity.composeProject });
  const wanted = (c: ContainerState): boolean => c.service !== undefined && (options.services.length === 0 || options.services.includes(c.service));
  const first = await list();
  refuseUnknown(options.services, first);
  const begin = first.filter(wanted);
  if (!options.follow) {
    const entries: LogEntry[] = [];
    for (const container of begin) for await (const line of host.containers.logs(container.id, sinceAndTail(options))) entries.push(entry(host, container, line));
    yield* inOrder(entries, options.tail);
    return;
  }
  const streams = new Map(begin.map((c) => [streamKey(c), follow(ws, host, c, options)]));
  yield* merged(streams, ws.signal, async () => {
    await ws.clock.sleep(lookAgainMs, ws.signal);
    const now = (await list()).filter((c) => wanted(c) && c.status === 'running' && !streams.has(streamKey(c)));
    return now.map((c) => [streamKey(c), follow(ws, host, c, { ...options, ...(c.startedAt ? { since: c.startedAt } : {}) })] as const);
  });
}

/** A restarted container is a new stream: the old one ended with it. */
function streamKey(c: ContainerState): string {
  return `${c.id} ${c.startedAt ?? ''}`;
}

async function* follow(ws: Workspace, host: OpenHost, container: ContainerState, options: LogsOptions): Stream<LogEntry> {
  const running = container.status === 'running';
  for await (const line of host.containers.logs(container.id, { ...sinceAndTail(options), follow: running, signal: ws.signal })) yield entry(host, container, line);
}

function sinceAndTail(options: LogsOptions): { since?: string; tail?: number } {
  return { ...(options.since === undefined ? {} : { since: options.since }), ...(options.tail === undefined ? {} : { tail: options.tail }) };
}

function entry(host: OpenHost, c: ContainerState, line: LogLine): LogEntry {
  return { host: host.name, service: c.service ?? '', source: `${c.service ?? c.name}-${c.number ?? 1}`, release: c.labels['stagecraft.release'] ?? '', stream: line.stream, time: line.time, text: line.text };
}

/** `tail` counts over all containers, as a reader expects of one merged log. */
function inOrder(entries: LogEntry[], tail: number | undefined): readonly LogEntry[] {
  const sorted = entries.map((e, place) => ({ e, place })).sort((a, b) => (a.e.time === b.e.time ? a.place - b.place : a.e.time < b.e.time ? -1 : 1));
  return (tail === undefined ? sorted : sorted.slice(Math.max(0, sorted.length - tail))).map(({ e }) => e);
}

function refuseUnknown(asked: readonly string[], containers: readonly ContainerState[]): void {
  const known = [...new Set(containers.flatMap((c) => (c.service ? [c.service] : [])))].sort();
  const unknown = asked.filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  throw fail({ code: 'SC5040', kind: 'user', message: `There are no containers of ${unknown.join(', ')}.`, next: [known.length > 0 ? `Services with containers: ${known.join(', ')}` : 'Nothing is deployed: stagecraft deploy'] });
}
