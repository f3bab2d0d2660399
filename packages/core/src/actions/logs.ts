import { fail } from '../errors/index.js';
import type { ContainerState, LogLine } from '../ports/containers.js';
import { askEach, noneAnswers, told, type Answers } from './ask-each.js';
import { lookPatienceMs, openHosts, type OpenHost } from './host.js';
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
  const hosts = await openHosts(ws, identity, options.follow ? undefined : lookPatienceMs);
  const look = (): Promise<Answers<readonly ContainerState[]>> => askEach(hosts, ({ containers }) => containers.list({ 'com.docker.compose.project': identity.composeProject }));
  const list = async (): Promise<readonly Placed[]> => placed(await look());
  const wanted = ({ container }: Placed): boolean => container.service !== undefined && (options.services.length === 0 || options.services.includes(container.service));
  const begun = await look();
  if (begun.answers.length === 0) throw noneAnswers(begun.away);
  const { away } = told(begun.away);
  if (away) options.away?.(away);
  const first = placed(begun);
  refuseUnknown(options.services, first.map(({ container }) => container));
  const begin = first.filter(wanted);
  if (!options.follow) {
    const entries = await Promise.all(begin.map((one) => whole(one, options)));
    yield* inOrder(entries.flat(), options.tail);
    return;
  }
  const streams = new Map(begin.map((placed) => [streamKey(placed), follow(ws, placed, options)]));
  yield* merged(streams, ws.signal, async () => {
    await ws.clock.sleep(lookAgainMs, ws.signal);
    const now = (await list()).filter((placed) => wanted(placed) && placed.container.status === 'running' && !streams.has(streamKey(placed)));
    return now.map((placed) => [streamKey(placed), follow(ws, placed, { ...options, ...(placed.container.startedAt ? { since: placed.container.startedAt } : {}) })] as const);
  });
}

/** A container, and where it is. */
interface Placed {
  readonly host: OpenHost;
  readonly container: ContainerState;
}

function placed({ answers }: Answers<readonly ContainerState[]>): readonly Placed[] {
  return answers.flatMap(({ host, answer }) => answer.map((container) => ({ host, container })));
}

/** A restarted container is a new stream: the old one ended with it. */
function streamKey({ container }: Placed): string {
  return `${container.id} ${container.startedAt ?? ''}`;
}

async function whole({ host, container }: Placed, options: LogsOptions): Promise<readonly LogEntry[]> {
  const entries: LogEntry[] = [];
  for await (const line of host.containers.logs(container.id, sinceAndTail(options))) entries.push(entry(host, container, line));
  return entries;
}

async function* follow(ws: Workspace, { host, container }: Placed, options: LogsOptions): Stream<LogEntry> {
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
