import { historyOf, type HistoryEntry } from '../protocol/story.js';
import { askSome, told } from './ask-each.js';
import { lookPatienceMs, openHosts } from './host.js';
import { identify } from './identity.js';
import type { HistoryOptions, HistoryResult, Workspace } from './types.js';

/** Who did what to an environment, and when, newest first: from the journals of its hosts, which remember what `prune` removed. */
export async function history(ws: Workspace, options: HistoryOptions): Promise<HistoryResult> {
  const identity = await identify(ws);
  const { answers, away } = await askSome(await openHosts(ws, identity, lookPatienceMs), async ({ store }) => historyOf(await store.readJournal(), await store.history()));
  const entries = together(answers.map(({ answer }) => answer));
  return { environment: identity.environment, entries: options.limit === undefined ? entries : entries.slice(0, options.limit), total: entries.length, ...told(away) };
}

/** What was done on several hosts was done once; a host that knows its end counts before one that does not. */
function together(all: readonly (readonly HistoryEntry[])[]): readonly HistoryEntry[] {
  const [first = [], ...others] = all;
  if (others.length === 0) return first;
  const known = new Map<string, HistoryEntry>();
  for (const entry of all.flat()) {
    const key = `${entry.kind} ${entry.operation} ${entry.kind === 'takeover' ? entry.text : ''}`;
    const before = known.get(key);
    if (before === undefined || (before.outcome === 'open' && entry.outcome !== 'open')) known.set(key, entry);
  }
  return [...known.values()].sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0));
}
