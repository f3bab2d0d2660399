import type { LogLine } from '../ports/containers.js';

/** How far a container's log was read: what comes next is found again after any break, each line once. */
export interface LogPosition {
  /** From when to read on; undefined before the first line. It lies a little before what was read: `isNew` knows the rest. */
  since(): string | undefined;
  /** The log is read again from `since`. */
  again(): void;
  /** Counts the line in, and says whether it was not read before. */
  isNew(line: Pick<LogLine, 'stream' | 'time'>): boolean;
}

/** Two streams of a container are written by two threads: a line may stand behind a younger one of the other stream. */
const disorderMs = 2_000;

/**
 * Times are those of the engine, of one width, so that they order as texts. Each stream on its own is in order; of several lines with the same time the number
 * counts.
 */
export function logPosition(): LogPosition {
  const read = new Map<string, { readonly time: string; readonly lines: number }>();
  let skip = new Map<string, { readonly time: string; lines: number }>();
  let latest: string | undefined;
  const since = (): string | undefined => (latest === undefined ? undefined : new Date(Date.parse(latest) - disorderMs).toISOString());
  return {
    since,
    again() {
      const from = since() ?? '';
      skip = new Map((['stdout', 'stderr'] as const).map((stream) => [stream, { ...(read.get(stream) ?? { time: from, lines: 0 }) }]));
    },
    isNew({ stream, time }) {
      const known = skip.get(stream);
      if (known && time < known.time) return false;
      if (known && time === known.time && known.lines > 0) {
        known.lines -= 1;
        return false;
      }
      const before = read.get(stream);
      read.set(stream, { time, lines: before?.time === time ? before.lines + 1 : 1 });
      if (latest === undefined || time > latest) latest = time;
      return true;
    },
  };
}
