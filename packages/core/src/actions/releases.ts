import { fail, isStagecraftError } from '../errors/index.js';
import { mergedHistory, servingOf } from '../protocol/history.js';
import type { JournalRecord, ReleaseRecord } from '../protocol/types.js';
import { askSome, told } from './ask-each.js';
import { readCache, readServing } from './cache.js';
import { isDamaged } from './history.js';
import { lookPatienceMs, openHosts, type Identity } from './host.js';
import { identify } from './identity.js';
import type { ReleasesResult, ReleaseStory, Workspace } from './types.js';

/** The environment's releases, newest first: by the hosts that answer, or by the project's cache where none does. */
export async function listReleases(ws: Workspace): Promise<ReleasesResult> {
  const identity = await identify(ws);
  try {
    const { answers, away } = await askSome(await openHosts(ws, identity, lookPatienceMs), ({ store }) => store.history());
    const releases = mergedHistory(answers.map(({ answer }) => answer));
    const serving = servingOf(releases);
    return { environment: identity.environment, releases, basis: 'live', ...(serving ? { serving: serving.id } : {}), ...told(away) };
  } catch (error) {
    // Of a damaged history the project's cache is no answer.
    if (!isStagecraftError(error) || (error.kind !== 'external' && error.code !== 'SC5003') || isDamaged(error)) throw error;
    const [releases, serving] = await Promise.all([readCache(ws, identity.environment), readServing(ws)]);
    const known = serving[identity.environment];
    return { environment: identity.environment, releases, basis: 'record', ...(known ? { serving: known.release } : {}) };
  }
}

/** One release: what it changed, and what the journals tell of how it came about. `id` may be a version, or the beginning of an id that is the only one. */
export async function showRelease(ws: Workspace, id: string): Promise<ReleaseStory> {
  const identity = await identify(ws);
  const { answers, away } = await askSome(await openHosts(ws, identity, lookPatienceMs), async ({ store }) => ({ releases: await store.history(), journal: await store.readJournal() }));
  const history = mergedHistory(answers.map(({ answer }) => answer.releases));
  const release = findRelease(history, id, identity);
  const previous = history.find((other) => other.id === release.previousId);
  return { release, ...(previous ? { previous } : {}), changes: changesOf(release, previous), story: storyOf(together(answers.map(({ answer }) => answer.journal.filter((record) => record.operation === release.operation)))), ...told(away) };
}

/** Of several hosts: the steps of each, and what was done once by the one that knows of the phases, which is the anchor. In the order of their hosts' clocks. */
function together(journals: readonly (readonly JournalRecord[])[]): readonly JournalRecord[] {
  const speaks = journals.find((journal) => journal.some((record) => record.type === 'phase')) ?? journals.find((journal) => journal.length > 0) ?? [];
  const others = journals.filter((journal) => journal !== speaks).flatMap((journal) => journal.filter((record) => record.step !== undefined));
  return others.length === 0 ? speaks : [...speaks, ...others].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}

/** The release that a person means by its id, its version, or the beginning of an id that is the only one. */
export function findRelease(history: readonly ReleaseRecord[], id: string, identity: Identity): ReleaseRecord {
  const exact = history.find((release) => release.id === id) ?? history.find((release) => release.version === id);
  const begins = history.filter((release) => release.id.startsWith(id));
  const found = exact ?? (begins.length === 1 ? begins[0] : undefined);
  if (found) return found;
  throw fail({
    code: 'SC5014',
    kind: 'user',
    message: begins.length > 1 ? `${id} is the beginning of ${begins.length} releases of ${identity.environment}.` : `${identity.environment} has no release ${id}.`,
    next: ['stagecraft releases list'],
  });
}

function changesOf(release: ReleaseRecord, previous: ReleaseRecord | undefined): ReleaseStory['changes'] {
  return Object.keys(release.changes)
    .sort()
    .map((service) => {
      const image = release.images[service]?.id;
      const before = previous?.images[service]?.id;
      return { service, change: release.changes[service] ?? '', ...(image ? { image } : {}), ...(before && before !== image ? { before } : {}) };
    });
}

function storyOf(records: readonly JournalRecord[]): ReleaseStory['story'] {
  const begun = new Map<string, number>();
  const story: ReleaseStory['story'][number][] = [];
  for (const record of records) {
    const key = `${record.direction ?? 'do'} ${record.step ?? record.phase ?? ''}`;
    const begins = record.type === 'intent' || (record.type === 'phase' && record.status === 'running');
    if (begins) begun.set(key, Date.parse(record.at));
    const since = begun.get(key);
    const text = sentence(record);
    if (text === undefined) continue;
    story.push({
      at: record.at,
      text,
      ...(record.step === undefined ? {} : { step: record.step }),
      ...(record.status === undefined ? {} : { status: record.status }),
      ...(begins || since === undefined ? {} : { durationMs: Date.parse(record.at) - since }),
    });
  }
  return story;
}

/** One line of the journal for people; intents say nothing that their outcome does not say better. */
function sentence(record: JournalRecord): string | undefined {
  const back = record.direction === 'undo' ? ' taken back' : '';
  switch (record.type) {
    case 'open':
      return `operation ${record.operation} opened`;
    case 'take':
      return `taken over by session ${record.session}${record.message ? `: ${record.message}` : ''}`;
    case 'decision':
      return `decision: ${record.message ?? ''}`;
    case 'close':
      return `closed${record.message ? `: ${record.message}` : ''}`;
    case 'phase':
      return `phase ${record.phase}: ${record.status}`;
    case 'outcome':
      return `${record.step}${back}: ${record.status ?? 'completed'}${record.exitCode ? ` (exit code ${record.exitCode})` : ''}${record.message ? ` — ${record.message}` : ''}`;
    case 'note':
      return record.step ? `${record.step}${back}: ${record.message ?? record.status ?? ''}` : record.message;
    case 'intent':
      return undefined;
  }
}
