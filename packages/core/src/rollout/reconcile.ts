import type { DesiredService } from '../compose/model.js';
import type { Change } from '../plan/types.js';
import type { Comparison } from './compare.js';
import { byNumber, lives, runs, type Found } from './found.js';

/** What becomes of one service on one host. The strategies make steps of it. */
export interface HostChange {
  readonly host: string;
  readonly service: string;
  readonly change: Change;
  readonly differs: readonly string[];
  readonly why: string;
  /** Right as they are. */
  readonly keep: readonly Found[];
  /** Right, but stopped. */
  readonly resume: readonly Found[];
  /** How many new ones. */
  readonly start: number;
  /** In the way, or too many: they end in the rollout and are kept until commit. */
  readonly stop: readonly Found[];
  /** Removed for good in finalize. */
  readonly remove: readonly Found[];
  /** Stopped ones of a service that is left alone: nobody touches them. */
  readonly idle?: readonly Found[];
}

export interface Wish {
  readonly host: string;
  readonly wanted: DesiredService;
  readonly found: readonly Found[];
  readonly compare: (found: Found) => Comparison;
  /** `--replace` names it. */
  readonly replace: boolean;
  readonly serving: string | undefined;
  /** Nothing is known of the host. */
  readonly blind: boolean;
}

/** The change of a service of any kind but a job. */
export function reconcile(wish: Wish): HostChange {
  return wish.wanted.kind === 'data' ? reconcileData(wish) : reconcileReplicas(wish);
}

function reconcileReplicas({ host, wanted, found, compare, serving, blind }: Wish): HostChange {
  const compared = new Map(found.map((c) => [c, compare(c)]));
  const right = (c: Found): boolean => compared.get(c)?.state === 'same';
  const running = found.filter((c) => runs(c) && right(c));
  const complete = running.length === wanted.replicas && found.every((c) => running.includes(c) || !lives(c));
  // A sick one is left alone while nothing else changes; it never counts as the one that takes over.
  const good = complete ? running : running.filter((c) => c.health !== 'unhealthy');
  const keep = [...good].sort(byFitness).slice(0, wanted.replicas).sort(byNumber);
  const stop = found.filter((c) => lives(c) && !keep.includes(c)).sort(byNumber);
  const missing = wanted.replicas - keep.length;
  const resume = found.filter((c) => right(c) && mayResume(c, wanted)).sort(byNumber).slice(0, missing);
  const start = missing - resume.length;
  const old = stop.filter((c) => !good.includes(c));
  const stopped = found.filter((c) => !lives(c) && !resume.includes(c)).sort(byNumber);
  const parts = { host, service: wanted.name, keep, resume, start, stop: [...stop, ...(start > 0 ? inTheWay(wanted, stopped) : [])], remove: [...stop, ...stopped] };

  if (old.length > 0) {
    const reasons = old.map((c) => reasonOf(c, compared.get(c)));
    const differs = merged(reasons.map((r) => r.differs));
    const unknown = reasons.every((r) => r.state === 'unknown');
    return { ...parts, change: unknown ? 'unknown' : 'replace', differs, why: unknown ? unknownWhy(differs) : changedWhy(differs, serving) };
  }
  if (missing === 0 && stop.length === 0) return { ...parts, remove: [], idle: stopped, change: 'none', differs: [], why: sick(keep) ?? 'unchanged' };
  if (start === 0 && resume.length > 0) return { ...parts, change: 'resume', differs: [], why: stoppedWhy(resume.length) };
  if (missing > 0 && keep.length === 0 && resume.length === 0)
    return { ...parts, change: 'create', differs: [], why: blind ? 'new' : found.length > 0 ? 'not running' : 'not there yet' };
  return { ...parts, change: 'scale', differs: ['replicas'], why: `${keep.length + stop.length} running, ${wanted.replicas} wanted` };
}

/** A data service is made or started; what it is made of changes only where `--replace` names it. */
function reconcileData({ host, wanted, found, compare, replace, serving, blind }: Wish): HostChange {
  const best = [...found].sort((a, b) => Number(lives(b)) - Number(lives(a)) || Number(compare(b).state === 'same') - Number(compare(a).state === 'same') || byAge(b, a)).at(0);
  const parts = { host, service: wanted.name, keep: found.filter(lives).sort(byNumber), resume: [], start: 0, stop: [], remove: [] };
  if (!best) return { ...parts, start: wanted.replicas, change: wanted.replicas > 0 ? 'create' : 'none', differs: [], why: wanted.replicas === 0 ? 'unchanged' : blind ? 'new' : 'not there yet' };
  const { state, differs } = compare(best);
  if (replace && state !== 'same') {
    const all = [...found].sort(byNumber);
    return { ...parts, keep: [], start: wanted.replicas, stop: [...all.filter(lives), ...inTheWay(wanted, all.filter((c) => !lives(c)))], remove: all, change: 'replace', differs, why: `${changedWhy(differs, serving)}; --replace names it` };
  }
  if (!lives(best)) return { ...parts, resume: [best], change: 'resume', differs, why: state === 'different' ? `${stoppedWhy(1)}; ${heldWhy(differs, serving)}` : stoppedWhy(1) };
  if (state === 'same') return { ...parts, change: 'none', differs: [], why: sick(parts.keep) ?? 'unchanged' };
  if (state === 'unknown') return { ...parts, change: 'unknown', differs, why: `${unknownWhy(differs)}; it is kept as it is` };
  return { ...parts, change: 'held', differs, why: heldWhy(differs, serving) };
}

export interface JobWish extends Pick<Wish, 'host' | 'wanted' | 'found' | 'serving'> {
  readonly rollback: boolean;
  /** Whether anything else changes in this release, or its version is a new one. */
  readonly others: 'yes' | 'no' | 'unknown';
  readonly changed: Comparison;
}

/** A job runs once a release, and never for a rollback. */
export function reconcileJob({ host, wanted, found, rollback, others, changed, serving }: JobWish): HostChange {
  const earlier = [...found].sort(byNumber);
  // It was a service until now: what runs of it ends before the job begins.
  const inItsWay = [...earlier.filter(lives), ...inTheWay(wanted, earlier.filter((c) => !lives(c)))];
  const parts = { host, service: wanted.name, keep: [], resume: [], start: 0, stop: [], differs: changed.state === 'different' ? changed.differs : [] };
  const now = !rollback && (serving === undefined || changed.state === 'different' || others === 'yes');
  if (!now && earlier.some(lives)) return reconcileRemoved(host, wanted.name, found, false, 'a job now');
  if (rollback) return { ...parts, differs: [], remove: [], idle: earlier, change: 'none', why: 'a rollback runs no jobs' };
  if (now) return { ...parts, stop: inItsWay, remove: earlier, change: 'run', why: 'once a release' };
  if (changed.state === 'unknown' || others === 'unknown') return { ...parts, stop: inItsWay, remove: earlier, change: 'unknown', differs: changed.differs, why: changed.state === 'unknown' ? unknownWhy(changed.differs) : 'runs if anything else changes' };
  return { ...parts, remove: [], idle: earlier, change: 'none', why: `ran with ${serving ?? ''}` };
}

/** A service that is not wanted on the host any more. */
export function reconcileRemoved(host: string, service: string, found: readonly Found[], data: boolean, why: string): HostChange {
  const parts = { host, service, resume: [], start: 0, stop: [] };
  if (data) return { ...parts, keep: found.filter(lives).sort(byNumber), remove: [], change: 'held', differs: ['removed'], why: `${why}; a data service is kept until --replace ${service}` };
  return { ...parts, keep: [], remove: [...found].sort(byNumber), change: 'remove', differs: [], why };
}

/** Stopped ones that bear the fixed name which the new one is to have. */
function inTheWay(wanted: DesiredService, stopped: readonly Found[]): readonly Found[] {
  const name = wanted.definition['container_name'];
  return typeof name === 'string' ? stopped.filter((c) => c.name === name) : [];
}

/** Stopped by a rollout it has policy `no`, and would not come back after a reboot: a new one is made instead. */
function mayResume(c: Found, wanted: DesiredService): boolean {
  return (c.status === 'created' || c.status === 'exited') && (c.restartPolicy !== 'no' || wanted.definition['restart'] === 'no');
}

function reasonOf(c: Found, comparison: Comparison | undefined): Comparison {
  if (comparison && comparison.state !== 'same') return comparison;
  return { state: 'different', differs: [c.status === 'running' ? 'health' : 'status'] };
}

function byFitness(a: Found, b: Found): number {
  return fitness(a) - fitness(b) || byNumber(a, b);
}

function fitness(c: Found): number {
  return c.health === 'unhealthy' ? 2 : c.health === 'starting' ? 1 : 0;
}

function byAge(a: Found, b: Found): number {
  return a.createdAt < b.createdAt ? -1 : a.createdAt > b.createdAt ? 1 : a.id < b.id ? -1 : 1;
}

function merged(lists: readonly (readonly string[])[]): readonly string[] {
  return [...new Set(lists.flat())].sort();
}

function sick(kept: readonly Found[]): string | undefined {
  const bad = kept.filter((c) => c.status !== 'running' || c.health === 'unhealthy');
  return bad.length > 0 ? `unchanged, but ${bad.map((c) => `${c.name} is ${c.status === 'running' ? 'unhealthy' : c.status}`).join(', ')}` : undefined;
}

function stoppedWhy(count: number): string {
  return count === 1 ? 'stopped' : `${count} stopped`;
}

/** `unknown(build)`, `unknown(values)` */
function unknownWhy(parts: readonly string[]): string {
  return parts.map((part) => `unknown(${part})`).join(', ');
}

function heldWhy(differs: readonly string[], serving: string | undefined): string {
  return `kept as it is: ${changedWhy(differs, serving)}`;
}

function changedWhy(differs: readonly string[], serving: string | undefined): string {
  const known = differs.filter((part) => !['origin', 'release', 'health', 'status', 'build', 'pull', 'values'].includes(part)).map((part) => part.replace(/^definition\./, ''));
  const sentences = [
    ...(known.length > 0 ? [`${list(known)} changed`] : []),
    ...(differs.includes('origin') ? ['not made by Stagecraft'] : []),
    ...(differs.includes('release') ? [serving === undefined ? 'of no known release' : `not what ${serving} describes`] : []),
    ...(differs.includes('health') ? ['unhealthy'] : []),
    ...(differs.includes('status') ? ['not up'] : []),
  ];
  return sentences.length > 0 ? sentences.join(', ') : 'changed';
}

export function list(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
}
