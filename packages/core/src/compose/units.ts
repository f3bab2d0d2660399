const nanoseconds: Readonly<Record<string, number>> = { ns: 1, us: 1e3, 'µs': 1e3, 'μs': 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 };

/** Nanoseconds of a Compose duration such as `1m30s`; undefined when it is none. */
export function parseDuration(text: string): number | undefined {
  if (text === '0') return 0;
  const match = /^([-+]?)((?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/.exec(text);
  if (match === null) return undefined;
  let total = 0;
  for (const [, amount, unit] of (match[2] as string).matchAll(/(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g)) {
    total += Number(amount) * (nanoseconds[unit as string] as number);
  }
  return Math.round(match[1] === '-' ? -total : total);
}

/** As Go prints a duration: `1m30s`, `1h0m0s`, `500ms`, `0s`. */
export function formatDuration(total: number): string {
  if (total === 0) return '0s';
  const sign = total < 0 ? '-' : '';
  const rest = Math.abs(total);
  if (rest < 1e3) return `${sign}${rest}ns`;
  if (rest < 1e6) return `${sign}${rest / 1e3}µs`;
  if (rest < 1e9) return `${sign}${rest / 1e6}ms`;
  const hours = Math.floor(rest / 3600e9);
  const minutes = Math.floor((rest % 3600e9) / 60e9);
  const seconds = trimmed(rest % 60e9);
  return `${sign}${hours > 0 ? `${hours}h` : ''}${hours > 0 || minutes > 0 ? `${minutes}m` : ''}${seconds}s`;
}

/** Milliseconds of a Compose duration; `fallback` where there is none. */
export function durationMs(text: unknown, fallback: number): number {
  const parsed = typeof text === 'string' ? parseDuration(text) : undefined;
  return parsed === undefined ? fallback : Math.round(parsed / 1e6);
}

/** Bytes as decimal text of a size such as `64m`, `1.5GiB`; powers of 1024 as Compose counts them. Undefined when it is none. */
export function parseBytes(text: string): string | undefined {
  const match = /^(-?\d+(?:\.\d+)?) ?([kKmMgGtTpP])?[iI]?[bB]?$/.exec(text.trim());
  if (match === null) return undefined;
  const power = match[2] === undefined ? 0 : 'kmgtp'.indexOf(match[2].toLowerCase()) + 1;
  return String(Math.trunc(Number(match[1]) * 1024 ** power));
}

function trimmed(nanos: number): string {
  const whole = Math.floor(nanos / 1e9);
  const fraction = String(Math.round(nanos % 1e9)).padStart(9, '0').replace(/0+$/, '');
  return fraction === '' ? String(whole) : `${whole}.${fraction}`;
}
