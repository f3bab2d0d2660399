import { fail } from '@stagecraft/core/host';

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Milliseconds of `500ms`, `10s`, `5m`, `1h`. @throws StagecraftError `user` on anything else. */
export function durationOf(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text);
  if (match === null) throw fail({ code: 'SC5412', kind: 'user', message: `"${text}" is no duration`, next: ['Write a number and a unit: 500ms, 10s, 5m, 1h'] });
  return Math.round(Number(match[1]) * (units[match[2] ?? ''] ?? 0));
}
