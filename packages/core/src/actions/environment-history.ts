import { historyOf } from '../protocol/story.js';
import { openHost } from './host.js';
import { identify } from './identity.js';
import type { HistoryOptions, HistoryResult, Workspace } from './types.js';

/** Who did what to an environment, and when, newest first: from the host's journal, which remembers what `prune` removed. */
export async function history(ws: Workspace, options: HistoryOptions): Promise<HistoryResult> {
  const identity = await identify(ws);
  const host = await openHost(ws, identity);
  const [journal, releases] = await Promise.all([host.store.readJournal(), host.store.history()]);
  const entries = historyOf(journal, releases);
  return { environment: identity.environment, entries: options.limit === undefined ? entries : entries.slice(0, options.limit), total: entries.length };
}
