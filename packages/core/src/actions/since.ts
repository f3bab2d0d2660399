import { durationMs, durationPattern } from '../config/duration.js';
import { fail } from '../errors/index.js';

const duration = new RegExp(durationPattern);
const moment = /^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?(?:Z|[+-][0-9]{2}:[0-9]{2})?)?$/;

/**
 * The moment that `--since` means, RFC 3339: a duration counts back from `now` (milliseconds since the epoch); a time without a zone is UTC.
 * @throws StagecraftError `user` for anything else
 */
export function momentOf(since: string, now: number): string {
  if (duration.test(since)) return new Date(now - durationMs(since)).toISOString();
  if (moment.test(since)) {
    const whole = since.includes('T') && !/(?:Z|[+-][0-9]{2}:[0-9]{2})$/.test(since) ? `${since}Z` : since;
    const at = Date.parse(whole);
    if (!Number.isNaN(at)) return new Date(at).toISOString();
  }
  throw fail({ code: 'SC5041', kind: 'user', message: `--since ${JSON.stringify(since)} is no time.`, next: ['Give a duration such as 15m or 1h30m, or a time such as 2030-01-02T03:04:05Z.'] });
}
