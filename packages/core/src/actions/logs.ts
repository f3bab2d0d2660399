import { fail, isStagecraftError } from '../errors/index.js';
import type { ContainerState } from '../ports/containers.js';
import { type Answers, askEach, noneAnswers, told } from './ask-each.js';
import { followHost, type Followed } from './follow-logs.js';
import { lookPatienceMs, openHosts, type Away, type Hosts, type Identity, type OpenHost } from './host.js';
import { identify } from './identity.js';
import { entryOf, inOrder, isWanted, type LogSource } from './log-entries.js';
import { logPosition, type LogPosition } from './log-position.js';
import { merge } from './merge-streams.js';
import { momentOf } from './since.js';
import type { LogEntry, LogsOptions, Workspace } from './types.js';

/**
 * Log lines of the environment's services on all hosts, in order of time. Following goes on through restarts, new containers and breaks of connections until the
 * signal: then lines come as they are printed. A host that does not answer is told, and holds up none of the others.
 * @throws StagecraftError `user` for a service that the environment does not have, and a `since` that is no time.
 */
export async function* logs(ws: Workspace, asked: LogsOptions): AsyncIterable<LogEntry> {
  const options = asked.since === undefined ? asked : { ...asked, since: momentOf(asked.since, ws.clock.now()) };
  const identity = await identify(ws);
  const hosts = await openHosts(ws, identity, lookPatienceMs);
  const begun = await askEach(hosts, ({ containers }) => containers.list({ 'com.docker.compose.project': identity.composeProject }));
  if (begun.answers.length === 0) throw noneAnswers(begun.away);
  const sources = sourcesOf(begun);
  refuseUnknown(options.services, sources.map(({ container }) => container));
  const read = await Promise.all(sources.filter(({ container }) => isWanted(container, options)).map((source) => readAll(source, options)));
  const away = [...begun.away, ...lostOf(read)];
  options.on?.([...hosts.hosts, ...hosts.away].map(({ name }) => name).sort());
  const hint = told(away);
  if (hint.away) options.away?.(hint.away);
  const shown = inOrder(read.flatMap(({ entries }) => entries), options.tail);
  yield* shown;
  if (options.follow) yield* follow(ws, identity, hosts, away, new Map(read.map(({ source, position }) => [source.container.id, position])), options);
}

async function* follow(ws: Workspace, identity: Identity, { hosts, away }: Hosts, told: readonly Away[], positions: Map<string, LogPosition>, options: LogsOptions): AsyncIterable<LogEntry> {
  const all = merge<LogEntry>(ws.signal);
  const open = (name: string, known: OpenHost | undefined): Followed['open'] => {
    let host = known;
    return async () => (host ??= await reopened(ws, identity, name));
  };
  const ends = [...hosts, ...away].map((one) => followHost(ws, identity.composeProject, { name: one.name, open: open(one.name, 'store' in one ? one : undefined), away: told.some(({ name }) => name === one.name), positions }, options, all));
  all.add(failing(Promise.all(ends)));
  yield* all;
}

/** A stream without items that fails as its work does. */
async function* failing(work: Promise<unknown>): AsyncGenerator<never, void, undefined> {
  await work;
}

async function reopened(ws: Workspace, identity: Identity, name: string): Promise<OpenHost> {
  const { hosts, away } = await openHosts(ws, { ...identity, hosts: identity.hosts.filter((host) => host.name === name) }, lookPatienceMs);
  const [host] = hosts;
  if (!host) throw noneAnswers(away);
  return host;
}

interface Read {
  readonly source: LogSource;
  readonly entries: readonly LogEntry[];
  readonly position: LogPosition;
  readonly error?: unknown;
}

/** What a container has printed until now. What breaks off in the middle is what came until then. */
async function readAll(source: LogSource, { since, tail, follow }: LogsOptions): Promise<Read> {
  const { host, container } = source;
  const entries: LogEntry[] = [];
  const position = logPosition();
  // Where nothing is to be shown, the last line says from where to follow.
  const last = follow && tail === 0 ? 1 : tail;
  try {
    for await (const line of host.containers.logs(container.id, { ...(since === undefined ? {} : { since }), ...(last === undefined ? {} : { tail: last }) })) if (position.isNew(line)) entries.push(entryOf(source, line));
  } catch (error) {
    if (!isStagecraftError(error) || error.kind !== 'external') throw error;
    return { source, entries, position, error };
  }
  return { source, entries, position };
}

function sourcesOf({ answers }: Answers<readonly ContainerState[]>): readonly LogSource[] {
  return answers.flatMap(({ host, answer }) => answer.map((container) => ({ host, container })));
}

/** Hosts that went away while they were read, each once. */
function lostOf(read: readonly Read[]): readonly Away[] {
  const lost = new Map(read.flatMap(({ source, error }) => (error === undefined ? [] : [[source.host.name, error] as const])));
  return [...lost].map(([name, error]) => ({ name, error }));
}

function refuseUnknown(asked: readonly string[], containers: readonly ContainerState[]): void {
  const known = [...new Set(containers.flatMap((c) => (c.service ? [c.service] : [])))].sort();
  const unknown = asked.filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  throw fail({ code: 'SC5040', kind: 'user', message: `There are no containers of ${unknown.join(', ')}.`, next: [known.length > 0 ? `Services with containers: ${known.join(', ')}` : 'Nothing is deployed: stagecraft deploy'] });
}
