import type { ContainerState, LogLine } from '../ports/containers.js';
import type { OpenHost } from './host.js';
import type { LogEntry, LogsOptions } from './types.js';

/** A container, and where it is. */
export interface LogSource {
  readonly host: OpenHost;
  readonly container: ContainerState;
}

export function isWanted({ service }: ContainerState, { services }: Pick<LogsOptions, 'services'>): boolean {
  return service !== undefined && (services.length === 0 || services.includes(service));
}

export function entryOf({ host, container: c }: LogSource, line: LogLine): LogEntry {
  return { host: host.name, service: c.service ?? '', source: `${c.service ?? c.name}-${c.number ?? 1}`, release: c.labels['stagecraft.release'] ?? '', stream: line.stream, time: line.time, text: line.text };
}

/** By time; lines of one time stay in the order in which they were read. `tail` counts over all containers, as a reader expects of one merged log. */
export function inOrder(entries: readonly LogEntry[], tail: number | undefined): readonly LogEntry[] {
  const sorted = [...entries].sort((a, b) => (a.time === b.time ? 0 : a.time < b.time ? -1 : 1));
  return tail === undefined ? sorted : sorted.slice(Math.max(0, sorted.length - tail));
}
