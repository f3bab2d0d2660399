import { isStagecraftError } from '../errors/index.js';
import { mergedHistory, servingOf } from '../protocol/history.js';
import type { ReleaseRecord } from '../protocol/types.js';
import { askEach, messageOf, noneAnswers } from './ask-each.js';
import { cachePath, readCache, writeHistory } from './cache.js';
import { doubtsAmong } from './doubts.js';
import { isDamaged } from './history.js';
import { lookPatienceMs, openHosts } from './host.js';
import { identify } from './identity.js';
import { lockAnswer, lockOf, type LockAnswer } from './lock.js';
import type { HostPulled, LockStatus, StatePulled, Workspace } from './types.js';

/**
 * Makes the project's cache again from its hosts, from nothing if need be, and says what each of them knows, who acts, and what is unfinished. Reads hosts, and
 * changes none.
 * @throws StagecraftError `external` when no host answers.
 */
export async function statePull(ws: Workspace): Promise<StatePulled> {
  const identity = await identify(ws);
  const opened = await openHosts(ws, identity, lookPatienceMs);
  const { answers, away } = await askEach(opened, async ({ store }) => {
    const [releases, lock] = await Promise.all([historyOr(store.history()), lockAnswer(store)]);
    return { releases, lock };
  });
  if (answers.length === 0) throw noneAnswers(away);
  const sound = answers.filter(({ answer }) => Array.isArray(answer.releases));
  const known = mergedHistory(sound.map(({ answer }) => answer.releases as readonly ReleaseRecord[]));
  // What only a host that is away could tell is not forgotten meanwhile.
  const history = sound.length === answers.length && away.length === 0 ? known : mergedHistory([known, await readCache(ws, identity.environment)]);
  const hosts = sound.map(({ host }) => host);
  await writeHistory(ws, hosts, identity.environment, history);
  const lock = await lockOf(ws, answers.map(({ host, answer }) => ({ host, answer: answer.lock })), away);
  const serving = servingOf(history);
  // Where a history is damaged and others are there, theirs can be copied.
  const damaged = answers.length > 1 ? answers.filter(({ answer }) => !Array.isArray(answer.releases)).map(({ host }) => host.name) : [];
  const { doubts } = hosts.length > 1 ? await doubtsAmong(hosts, { lost: () => undefined }) : { doubts: [] };
  const pulledHosts = answers.map(({ host, answer }): HostPulled => {
    const doubt = doubts.find(({ name }) => name === host.name);
    return { ...pulled(host.name, answer, known), ...(doubt ? { state: doubt.is } : {}) };
  });
  return {
    project: identity.project,
    environment: identity.environment,
    cache: { path: cachePath(ws), releases: history.length },
    ...(serving ? { serving: { release: serving.id, version: serving.version } } : {}),
    hosts: [...pulledHosts, ...away.map(({ name, error }) => ({ ...nothing(name), state: 'away' as const, error: messageOf(error) })), ...(opened.outside ?? []).map(({ name }) => ({ ...nothing(name), state: 'forgotten' as const }))].sort((a, b) => (a.name < b.name ? -1 : 1)),
    lock,
    next: [...nextOf(lock, identity.environment), ...[...damaged, ...doubts.map(({ name }) => name), ...(opened.outside ?? []).filter(({ host }) => host !== undefined).map(({ name }) => name)].map((name) => `stagecraft hosts adopt ${name} --env ${identity.environment}`)],
  };
}

/** A history that is damaged is told beside the others'. */
async function historyOr(asked: Promise<readonly ReleaseRecord[]>): Promise<readonly ReleaseRecord[] | Error> {
  try {
    return await asked;
  } catch (error) {
    if (isStagecraftError(error) && isDamaged(error)) return error;
    throw error;
  }
}

function pulled(name: string, { releases, lock }: { readonly releases: readonly ReleaseRecord[] | Error; readonly lock: LockAnswer }, known: readonly ReleaseRecord[]): HostPulled {
  const open = lock.open !== undefined;
  if (!Array.isArray(releases)) return { ...nothing(name), state: 'damaged', open, error: messageOf(releases) };
  const there = new Set((releases as readonly ReleaseRecord[]).map(({ id }) => id));
  const lacks = known.filter(({ id, outcome }) => outcome !== 'open' && !there.has(id)).map(({ id }) => id);
  return { name, state: lacks.length === 0 ? 'current' : there.size === 0 ? 'new' : 'behind', releases: there.size, lacks, open };
}

function nothing(name: string): Omit<HostPulled, 'state'> {
  return { name, releases: 0, lacks: [], open: false };
}

/** What to run: the lock first, where somebody else has it. */
function nextOf({ lock, open, holderDead, stepRunning }: LockStatus, environment: string): readonly string[] {
  const at = `--env ${environment}`;
  const free = lock === undefined || holderDead === true || (lock.left && !stepRunning);
  if (open === undefined && free) return [];
  return [...(free ? [] : [`stagecraft lock take --id ${lock.session} ${at}`]), ...(open === undefined ? [] : [`stagecraft deploy --resume ${at}`, `stagecraft deploy --abort ${at}`])];
}
