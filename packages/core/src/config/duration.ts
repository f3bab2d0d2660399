/** As in `500ms`, `10s`, `1m30s`, `1.5h`. */
export const durationPattern = '^(?:[0-9]{1,9}(?:\\.[0-9]{1,3})?(?:ms|s|m|h))+$';

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Milliseconds of a duration that matches `durationPattern`. */
export function durationMs(text: string): number {
  let sum = 0;
  for (const part of text.matchAll(/([0-9.]+)(ms|s|m|h)/g)) sum += Number(part[1]) * (units[part[2] as string] as number);
  return Math.round(sum);
}
