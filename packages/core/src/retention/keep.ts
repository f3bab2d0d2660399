import { previousOf, servingOf } from '../protocol/history.js';
import type { ReleaseRecord } from '../protocol/types.js';

/**
 * Ids of the releases that stay: the newest `count` that were completed and all that is newer than the oldest of them, the one that serves, the one that a bare
 * rollback goes to, what is open; and what any of these stands for: without its target a rollback would not know what came before it.
 */
export function releasesToKeep(history: readonly ReleaseRecord[], count: number): ReadonlySet<string> {
  const serving = servingOf(history);
  const previous = serving && previousOf(history, serving);
  const newest = history.filter((release) => release.outcome === 'completed').slice(0, count);
  const since = newest.at(-1)?.serial ?? Infinity;
  const kept = new Set([...(serving ? [serving.id] : []), ...(previous ? [previous.id] : [])]);
  for (const release of history) if (release.outcome === 'open' || release.outcome === 'mixed' || release.serial >= since) kept.add(release.id);
  // Newest first: a target is older than what stands for it.
  for (const release of history) if (kept.has(release.id) && release.target !== undefined) kept.add(release.target);
  return kept;
}
