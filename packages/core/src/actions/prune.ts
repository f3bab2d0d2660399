import { fail } from '../errors/index.js';
import { quote } from '../hosts/quote.js';
import { holdsOpen } from '../io/catalogue/phases.js';
import { mergedHistory } from '../protocol/history.js';
import type { StepScript } from '../protocol/types.js';
import { both, isEmpty, planPrune, together, type PruneInput, type PrunePlan } from '../retention/plan.js';
import { removeFolders, removeImages } from '../retention/scripts.js';
import { survey } from '../retention/survey.js';
import { writeCache } from './cache.js';
import { allHosts, type OpenHost } from './host.js';
import { operatorOf } from './operator.js';
import { loadSettings } from './settings.js';
import type { PruneOptions, PruneResult, Workspace } from './types.js';
import { underLock, type Held } from './under-lock.js';

/**
 * Removes what the releases beyond `retention.releases` keep on every host: images that the project built, folders of releases and runs, mounted files, values.
 * Whatever a kept release needs stays, of any environment; volumes and images of third parties are never touched. It shows what goes and asks first.
 * @throws StagecraftError `external` where a host does not answer: nothing was removed then.
 */
export async function prune(ws: Workspace, options: PruneOptions): Promise<PruneResult> {
  const { settings } = await loadSettings(ws);
  const hosts = await allHosts(ws, settings);
  const count = options.keep ?? settings.retention.releases;
  const shown = await plans(hosts, settings.project, count);
  const result = (outcome: PruneResult['outcome'], removed: Plans): PruneResult => {
    const all = together([...removed.values()]);
    return { outcome, environment: settings.environment, keep: count, bytes: bytesOf(all), ...all, hosts: [...removed].map(([host, one]) => ({ host, bytes: bytesOf(one), releases: one.releases.length, images: one.images.length })) };
  };
  if ([...shown.values()].every(isEmpty)) return result('nothing to do', shown);
  if (options.dryRun) return result('planned', shown);
  await confirm(ws, settings.environment, together([...shown.values()]), hosts);
  return underLock(ws, hosts, settings, options.lockWaitMs, async (held) => {
    // Somebody may have deployed while the question stood.
    const now = await plans(held.hosts, settings.project, count);
    const removed: Plans = new Map([...now].map(([host, one]) => [host, both(shown.get(host) ?? one, one)]));
    // One after the other: who is cut off leaves the others as they were, and the next run goes on.
    for (const host of held.hosts) await carryOut(held, host, removed.get(host.name));
    await writeCache(ws, held.hosts, settings.environment);
    return result('completed', removed);
  });
}

/** What goes, by host, in the order of their names. */
type Plans = ReadonlyMap<string, PrunePlan>;

async function plans(hosts: readonly OpenHost[], project: string, count: number): Promise<Plans> {
  const histories = await Promise.all(hosts.map((host) => host.store.history()));
  const whole = mergedHistory(histories);
  const found = await Promise.all(hosts.map(async (host, place) => [host.name, await plan(host, project, { history: histories[place] ?? [], whole, count })] as const));
  return new Map(found.sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function plan(host: OpenHost, project: string, of: Pick<PruneInput, 'history' | 'whole' | 'count'>): Promise<PrunePlan> {
  const [seen, containers] = await Promise.all([survey(host.shell, host.scope), host.containers.list({ 'stagecraft.dir': host.scope.dir })]);
  const ids = [...new Set(of.history.flatMap((release) => Object.values(release.images).map((image) => image.id)))];
  const images = await Promise.all(ids.map((id) => host.containers.image(id)));
  return planPrune({ project, scope: host.scope, ...of, survey: seen, containers, images: images.flatMap((image) => image ?? []) });
}

/** Images first: a release whose record is gone could not be asked again what it had. A crash at any point leaves what the next prune finishes. */
async function carryOut(held: Held, host: OpenHost, removed: PrunePlan | undefined): Promise<void> {
  const { session, operation, ws } = held;
  if (!removed || isEmpty(removed)) return;
  if (removed.images.length > 0) await step(held, host, 'images', removeImages(removed.images), removed.images.length * 130_000);
  for (let at = 0; at < removed.releases.length; at += 100) await host.store.prune(session, operation, removed.releases.slice(at, at + 100).map((release) => release.id));
  await step(held, host, 'folders', removeFolders(removed), 600_000);
  await host.store.note(session, { type: 'note', operation, message: summaryOf(removed), result: { prune: String(removed.releases.length), by: operatorOf(ws.processEnv) } });
  // Its own steps have left a run folder too: else the next prune would find that, and leave another one.
  await host.shell.run(`rm -rf ${quote(`${host.scope.folder}/runs/${operation}`)}`, { timeoutMs: 60_000 });
}

async function step({ session, operation, ws }: Held, host: OpenHost, name: string, effects: string, timeoutMs: number): Promise<void> {
  const script: StepScript = { operation, step: `${host.name}/prune/${name}`, direction: 'do', attempt: 1, effects, timeoutMs };
  const outcome = await host.store.run(session, script, { signal: ws.signal, onLine: (text) => ws.io.event(holdsOpen({ text })) });
  if (outcome.state === 'completed') return;
  throw fail({
    code: 'SC5073',
    kind: 'external',
    message: `Cleaning up (${name}) on ${host.name} ${outcome.state === 'failed' ? `ended with exit code ${outcome.exitCode}` : `was cut off: ${outcome.reason}`}. Nothing that a kept release needs was touched.`,
    next: ['stagecraft prune'],
    tail: outcome.state === 'failed' ? outcome.tail : [],
  });
}

async function confirm(ws: Workspace, environment: string, shown: PrunePlan, hosts: readonly OpenHost[]): Promise<void> {
  if (ws.yes) return;
  ws.io.event(holdsOpen({ text: `Releases that go: ${shown.releases.map((release) => `${release.id} (${release.version})`).join(', ') || 'none'}. Kept: ${shown.kept}.` }));
  const answer = await ws.io.ask({ code: 'SC5070', text: `${summaryOf(shown).replace(/^removed/, 'Remove')} of ${environment}${hosts.length > 1 ? ` on ${hosts.map(({ name }) => name).sort().join(', ')}` : ''}? Rollbacks to these releases will not be possible any more.`, choices: ['yes', 'no'], fallback: 'no' });
  if (answer !== 'yes') throw fail({ code: 'SC5070', kind: 'user', message: 'Nothing was removed.', next: ['stagecraft prune --dry-run', 'or answer the question beforehand: stagecraft prune --yes'] });
}

/** `removed 3 releases, 2 images, 4 folders of files, 7 of runs` */
function summaryOf({ releases, images, files, runs }: PrunePlan): string {
  return `removed ${releases.length} ${releases.length === 1 ? 'release' : 'releases'}, ${images.length} ${images.length === 1 ? 'image' : 'images'}, ${files.length} ${files.length === 1 ? 'folder' : 'folders'} of files and ${runs.length} of runs`;
}

function bytesOf({ releases, images, files, runs }: PrunePlan): number {
  return [...releases, ...images, ...files, ...runs].reduce((sum, row) => sum + row.bytes, 0);
}
