/** One line of the table: something measured beside what it is compared with. */
export interface Row {
  readonly part: string;
  readonly what: string;
  /** Name and figure of what it is compared with; '' where the aim is a figure alone. */
  readonly baseline: string;
  readonly ours: string;
  /** Ours in units of the baseline. */
  readonly ratio?: number;
  readonly aim: string;
  /** Undefined: shown beside the others, without an aim. */
  readonly met?: boolean;
  /** Everything that was measured, for the JSON; times in milliseconds. */
  readonly figures: Readonly<Record<string, unknown>>;
}

/** `84 ms`, `1.24 s`. */
export function shownMs(ms: number): string {
  return ms < 10 ? `${ms.toFixed(1)} ms` : ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(2)} s`;
}
