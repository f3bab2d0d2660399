import { fail } from '../errors/index.js';
import { digestOf, genesis, recordOf, type Journal } from './journal.js';
import { parseObject } from './host-script.js';
import type { ReleaseRecord } from './types.js';

/**
 * The releases of an environment, newest first, held against its journal: what the journal says was closed must be there unchanged, and every head that a
 * closed record has seen must be in the journal.
 * @param lines each the text of one `release.json`, without its newline.
 * @param identity of this host; '' where it has none yet.
 * @param after what was seen of the host up to this serial binds it no more: it was adopted then.
 * @throws StagecraftError `external` on a lost, changed or unreadable record (SC3011) and on a journal that was emptied or set back (SC3012).
 */
export function verifyHistory(lines: readonly string[], journal: Journal, identity: string, folder: string, after = 0): readonly ReleaseRecord[] {
  const witnessed = closedReleases(journal, folder);
  const heads = new Set(journal.digests).add(genesis);
  const seen = new Set<string>();
  const releases = lines.map((line) => {
    const release = parseObject<ReleaseRecord>(line);
    if (release === undefined || typeof release.id !== 'string' || typeof release.serial !== 'number' || typeof release.outcome !== 'string') {
      throw changed(folder, `a release record cannot be read: ${line.slice(0, 60)}`);
    }
    for (const host of Object.values(release.hosts ?? {})) {
      if (release.serial > after && host.identity === identity && !heads.has(host.head)) throw rewound(folder, release.id);
    }
    const digest = witnessed.get(release.id);
    if (digest !== undefined && digest !== digestOf(`${line}\n`)) throw changed(folder, `the record of ${release.id} is not the one that was closed`);
    seen.add(release.id);
    return release;
  });
  const lost = [...witnessed.keys()].find((id) => !seen.has(id));
  if (lost !== undefined) throw changed(folder, `the record of ${lost} is gone`);
  return newestFirst(releases);
}

function newestFirst(releases: ReleaseRecord[]): readonly ReleaseRecord[] {
  return releases.sort((a, b) => b.serial - a.serial || (a.id < b.id ? 1 : -1));
}

/** The release that serves: the newest that committed. A release whose migration after the rollout failed stays up. */
export function servingOf(history: readonly ReleaseRecord[]): ReleaseRecord | undefined {
  return history.find((release) => release.outcome === 'completed' || (release.outcome === 'failed' && release.phases.rollout.status === 'completed'));
}

/** What several hosts of an environment remember, as one history, newest first: a record that was closed anywhere counts before one that is open. */
export function mergedHistory(histories: readonly (readonly ReleaseRecord[])[]): readonly ReleaseRecord[] {
  const [first = [], ...others] = histories;
  if (others.length === 0) return first;
  const known = new Map<string, ReleaseRecord>();
  for (const release of histories.flat()) if (!known.has(release.id) || known.get(release.id)?.outcome === 'open') known.set(release.id, release);
  return newestFirst([...known.values()]);
}

/** 1 + the highest. */
export function nextSerialOf(history: readonly ReleaseRecord[]): number {
  return history.reduce((highest, release) => Math.max(highest, release.serial), 0) + 1;
}

/**
 * The newest release that completed on all hosts and precedes, by first deploy, the one that serves. Failed ones never count, and a rollback counts as its
 * target: so two rollbacks in a row go back two releases.
 */
export function previousOf(history: readonly ReleaseRecord[], serving: ReleaseRecord): ReleaseRecord | undefined {
  const now = firstDeploy(history, serving);
  const before = history.filter((release) => release.kind === 'deploy' && release.outcome === 'completed' && release.id !== now.id && release.serial < now.serial);
  return before.reduce<ReleaseRecord | undefined>((newest, release) => (newest === undefined || release.serial > newest.serial ? release : newest), undefined);
}

/** The deploy that a release stands for: itself, or through rollbacks and scalings the target's. */
function firstDeploy(history: readonly ReleaseRecord[], release: ReleaseRecord): ReleaseRecord {
  const passed = new Set<string>();
  let at = release;
  while (at.kind !== 'deploy' && at.target !== undefined && !passed.has(at.id)) {
    passed.add(at.id);
    const target = history.find((candidate) => candidate.id === at.target);
    if (target === undefined) break;
    at = target;
  }
  return at;
}

/** Release id -> digest of its closed record, less those that were pruned. */
function closedReleases(journal: Journal, folder: string): Map<string, string> {
  const closed = new Map<string, string>();
  journal.lines.forEach((line, index) => {
    // In a text a quote has a backslash before it.
    if (!line.includes('"type":"close"') && !line.includes('"pruned":"') && !line.includes('"copied":"')) return;
    const record = recordOf(line, index + 1, `${folder}/journal.ndjson`);
    if (record.type === 'close' && record.result?.['release'] && record.result['digest']) closed.set(record.result['release'], record.result['digest']);
    if (record.type === 'note' && record.result?.['copied'] && record.result['digest']) closed.set(record.result['copied'], record.result['digest']);
    if (record.type === 'note' && record.result?.['pruned']) closed.delete(record.result['pruned']);
  });
  return closed;
}

function changed(folder: string, what: string): Error {
  return fail({
    code: 'SC3011',
    kind: 'external',
    message: `The history in ${folder} was changed or damaged: ${what}. It is kept as it is. Running services are not touched.`,
    next: [`Restore ${folder} from a backup, or`, `move it aside (mv ${folder} ${folder}.aside) to begin a new history, then: stagecraft deploy`],
  });
}

function rewound(folder: string, release: string): Error {
  return fail({
    code: 'SC3012',
    kind: 'external',
    message: `The journal of ${folder} was emptied or set back: ${release} was closed with records that it no longer holds. It is kept as it is. Running services are not touched.`,
    next: [`Restore ${folder}/journal.ndjson from a backup, or`, `move the folder aside (mv ${folder} ${folder}.aside) to begin a new history, then: stagecraft deploy`],
  });
}
