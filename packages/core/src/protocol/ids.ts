import type { Clock } from '../ports/clock.js';

/** `rel-YYYYMMDD-HHMMSSmmm-xxxx`, in UTC. A name only: serials order releases. */
export function releaseId(clock: Pick<Clock, 'now' | 'random'>): string {
  return `rel-${stamp(clock.now())}-${clock.random(2)}`;
}

/** `op-YYYYMMDD-HHMMSSmmm-xxxx`, in UTC. */
export function operationId(clock: Pick<Clock, 'now' | 'random'>): string {
  return `op-${stamp(clock.now())}-${clock.random(2)}`;
}

/** Random, new at every acquire and take-over. Short enough to be typed after `lock take --id`. */
export function sessionId(clock: Pick<Clock, 'random'>): string {
  return `s-${clock.random(8)}`;
}

function stamp(now: number): string {
  const [date = '', time = ''] = new Date(now).toISOString().split('T');
  return `${date.replaceAll('-', '')}-${time.replace(/[^0-9]/g, '')}`;
}
