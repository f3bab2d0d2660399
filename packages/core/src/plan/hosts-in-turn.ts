import type { Unit } from './units.js';

/** Hosts at a time: a number, or a percentage of those that run the service. Absent: all. */
export type Parallel = number | string | undefined;

/**
 * The hosts that a host waits for with a service: the first one goes alone, as a canary; then so many at a time.
 * @returns names, by service and host; none for the first.
 */
export function hostsInTurn(units: readonly Unit[], maxParallel: Parallel): (service: string, host: string) => readonly string[] {
  const hosts = new Map<string, Set<string>>();
  for (const { stage, entry } of units) hosts.set(entry.change.name, (hosts.get(entry.change.name) ?? new Set()).add(stage.host.name));
  return (service, host) => {
    const [first = host, ...others] = hosts.get(service) ?? [];
    const place = others.indexOf(host);
    if (place < 0) return [];
    const size = batchSize(maxParallel, others.length + 1);
    const batch = Math.floor(place / size);
    return batch === 0 ? [first] : others.slice((batch - 1) * size, batch * size);
  };
}

/** At least one, or nothing would ever move. */
function batchSize(maxParallel: Parallel, hosts: number): number {
  if (maxParallel === undefined) return hosts;
  return typeof maxParallel === 'number' ? maxParallel : Math.max(1, Math.floor((hosts * Number.parseInt(maxParallel, 10)) / 100));
}
