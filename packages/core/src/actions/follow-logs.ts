import { isStagecraftError } from '../errors/index.js';
import { hostAway } from '../io/catalogue/protocol.js';
import { holdsOpen } from '../io/catalogue/phases.js';
import type { ContainerState } from '../ports/containers.js';
import { messageOf } from './ask-each.js';
import type { OpenHost } from './host.js';
import { entryOf, isWanted } from './log-entries.js';
import { logPosition, type LogPosition } from './log-position.js';
import type { Merge } from './merge-streams.js';
import type { LogEntry, LogsOptions, Workspace } from './types.js';

/** How often following looks for containers that began since. */
const lookAgainMs = 500;
/** And for a host that does not answer. */
const tryAgainMs = 2_000;

/** A host that is followed. */
export interface Followed {
  readonly name: string;
  /** The host, connected to again if need be. @throws StagecraftError `external` while it does not answer. */
  open(): Promise<OpenHost>;
  /** It did not answer before: that is known already. */
  readonly away: boolean;
  /** How far containers were read that are shown already, by id. */
  readonly positions: Map<string, LogPosition>;
}

/**
 * Adds whatever the containers of a host print to the merge, until the signal: over restarts, over new containers, and over breaks of its connection. What was
 * printed meanwhile comes when it answers again, each line once.
 */
export async function followHost(ws: Workspace, composeProject: string, followed: Followed, options: LogsOptions, merge: Merge<LogEntry>): Promise<void> {
  const { name, positions } = followed;
  const reading = new Set<string>();
  const finished = new Set<string>();
  const told = new Set<string>();
  let away = followed.away;
  while (!ws.signal.aborted) {
    try {
      const host = await followed.open();
      const found = (await host.containers.list({ 'com.docker.compose.project': composeProject })).filter((container) => isWanted(container, options));
      if (away) ws.io.event(holdsOpen({ text: `${name} answers again` }));
      away = false;
      for (const container of found) {
        const rest = stateKey(container);
        if (reading.has(container.id) || finished.has(rest)) continue;
        reading.add(container.id);
        const position = positions.get(container.id) ?? logPosition();
        positions.set(container.id, position);
        merge.add(lines(ws, host, container, position, options, (why) => say(why)), () => {
          reading.delete(container.id);
          // Its end is read once more after it has ended: a break may have been before it.
          if (container.status !== 'running') finished.add(rest);
        });
      }
      await pause(ws, lookAgainMs);
    } catch (error) {
      if (ws.signal.aborted) return;
      if (!isStagecraftError(error) || error.kind === 'bug') throw error;
      if (!away) ws.io.event(hostAway({ host: name, reason: messageOf(error) }));
      away = true;
      await pause(ws, tryAgainMs);
    }
  }

  function say(why: string): void {
    if (told.has(why)) return;
    told.add(why);
    ws.io.event(holdsOpen({ text: why }));
  }
}

/** A container that ended is read once more; one that was started again has more to say. */
function stateKey({ id, startedAt, status }: ContainerState): string {
  return `${id} ${startedAt ?? ''} ${status}`;
}

async function* lines(ws: Workspace, host: OpenHost, container: ContainerState, position: LogPosition, options: LogsOptions, failed: (why: string) => void): AsyncGenerator<LogEntry, void, undefined> {
  const since = position.since() ?? options.since;
  position.again();
  try {
    for await (const line of host.containers.logs(container.id, { ...(since === undefined ? {} : { since }), follow: container.status === 'running', signal: ws.signal })) if (position.isNew(line)) yield entryOf({ host, container }, line);
  } catch (error) {
    if (ws.signal.aborted || !isStagecraftError(error) || error.kind === 'bug') throw error;
    // The host is asked again, and its log read on from here. What only this container has is told.
    const answers = await host.containers.list({}).then(() => true, () => false);
    if (answers) failed(`${container.name} on ${host.name}: ${messageOf(error)}`);
  }
}

async function pause(ws: Workspace, ms: number): Promise<void> {
  await ws.clock.sleep(ms, ws.signal).catch(() => undefined);
}
