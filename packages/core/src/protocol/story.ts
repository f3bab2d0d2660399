import type { JournalRecord, ReleaseRecord } from './types.js';

/** One thing that somebody did to an environment. */
export interface HistoryEntry {
  /** ISO 8601 by the host's clock. */
  readonly at: string;
  readonly kind: 'deploy' | 'rollback' | 'scale' | 'prune' | 'takeover' | 'operation';
  readonly operation: string;
  readonly release?: string;
  readonly version?: string;
  /** Who did it; absent where it is not known any more. */
  readonly by?: string;
  /** `open` until it is closed. */
  readonly outcome?: string;
  readonly durationMs?: number;
  /** A sentence: what was decided, scaled, removed, who took over. */
  readonly text: string;
  /** The release was removed by `prune`: only the journal tells of it. */
  readonly pruned?: true;
}

/** The journal as a list of what was done, newest first; records of releases add what the journal does not say. */
export function historyOf(journal: readonly JournalRecord[], releases: readonly ReleaseRecord[]): readonly HistoryEntry[] {
  const byOperation = new Map(releases.map((release) => [release.operation, release]));
  const pruned = new Set(journal.flatMap((record) => record.result?.['pruned'] ?? []));
  const entries: { readonly seq: number; entry: HistoryEntry }[] = [];
  const open = new Map<string, (typeof entries)[number]>();
  for (const record of journal) {
    const { at, operation, result = {}, message = '' } = record;
    if (record.type === 'open') {
      const begun = { seq: record.seq, entry: opened(record, byOperation.get(operation)) };
      entries.push(begun);
      open.set(operation, begun);
    }
    if (record.type === 'take') entries.push({ seq: record.seq, entry: { at, kind: 'takeover', operation, text: message } });
    if (record.type === 'note' && result['prune'] !== undefined) entries.push({ seq: record.seq, entry: { at, kind: 'prune', operation, ...given('by', result['by']), outcome: 'completed', text: message } });
    const begun = record.type === 'close' ? open.get(operation) : undefined;
    if (begun) begun.entry = closed(begun.entry, record, pruned);
  }
  return entries.sort((a, b) => b.seq - a.seq).map(({ entry }) => entry);
}

function opened({ at, operation, message = '', result = {} }: JournalRecord, release: ReleaseRecord | undefined): HistoryEntry {
  // Journals of before named who and what in the sentence alone.
  const [, kind, id, version] = /^(\w+) of (\S+), version (.+)$/.exec(message) ?? [];
  return {
    at,
    kind: kind === 'deploy' || kind === 'rollback' || kind === 'scale' ? kind : 'operation',
    operation,
    ...given('release', id),
    ...given('version', version),
    ...given('by', result['by'] ?? release?.operator),
    outcome: 'open',
    text: result['scale'] ?? (release?.target === undefined || kind === 'scale' ? '' : `to ${release.target}`),
  };
}

function closed(entry: HistoryEntry, { at, message, result = {} }: JournalRecord, pruned: ReadonlySet<string>): HistoryEntry {
  return { ...entry, outcome: message ?? 'closed', durationMs: Math.max(0, Date.parse(at) - Date.parse(entry.at)), ...(result['release'] !== undefined && pruned.has(result['release']) ? { pruned: true as const } : {}) };
}

function given<Name extends string>(name: Name, value: string | undefined): { readonly [N in Name]?: string } {
  return (value === undefined ? {} : { [name]: value }) as { readonly [N in Name]?: string };
}
