import { fail } from '../errors/index.js';
import { quote } from '../hosts/quote.js';
import { holdsOpen } from '../io/catalogue/phases.js';
import type { StepScript } from '../protocol/types.js';
import { both, isEmpty, planPrune, type PrunePlan } from '../retention/plan.js';
import { removeFolders, removeImages } from '../retention/scripts.js';
import { survey } from '../retention/survey.js';
import { writeCache } from './cache.js';
import { openHost, type OpenHost } from './host.js';
import { operatorOf } from './operator.js';
import { loadSettings } from './settings.js';
import type { PruneOptions, PruneResult, Workspace } from './types.js';
import { underLock, type Held } from './under-lock.js';

/**
 * Removes what the releases beyond `retention.releases` keep on the host: images that the project built, folders of releases and runs, mounted files, values.
 * Whatever a kept release needs stays, of any environment; volumes and images of third parties are never touched. It shows what goes and asks first.
 */
export async function prune(ws: Workspace, options: PruneOptions): Promise<PruneResult> {
  const { settings } = await loadSettings(ws);
  if (settings.hosts.length > 1) throw fail({ code: 'SC5009', kind: 'user', message: `\`stagecraft prune\` cleans one host, and ${settings.environment} has ${settings.hosts.length}: ${settings.hosts.map((host) => host.name).join(', ')}.`, next: ['stagecraft releases list'] });
  const host = await openHost(ws, settings);
  const count = options.keep ?? settings.retention.releases;
  const shown = await plan(host, settings.project, count);
  const result = (outcome: PruneResult['outcome'], removed: PrunePlan): PruneResult => ({ outcome, environment: settings.environment, keep: count, bytes: bytesOf(removed), ...removed });
  if (isEmpty(shown)) return result('nothing to do', shown);
  if (options.dryRun) return result('planned', shown);
  await confirm(ws, settings.environment, shown);
  return underLock(ws, [host], settings, options.lockWaitMs, async (held) => {
    // Somebody may have deployed while the question stood.
    const removed = both(shown, await plan(host, settings.project, count));
    await carryOut(held, removed);
    await writeCache(ws, [host], settings.environment);
    return result('completed', removed);
  });
}

async function plan(host: OpenHost, project: string, count: number): Promise<PrunePlan> {
  const [history, seen, containers] = await Promise.all([host.store.history(), survey(host.shell, host.scope), host.containers.list({ 'stagecraft.dir': host.scope.dir })]);
  const ids = [...new Set(history.flatMap((release) => Object.values(release.images).map((image) => image.id)))];
  const images = await Promise.all(ids.map((id) => host.containers.image(id)));
  return planPrune({ project, scope: host.scope, history, count, survey: seen, containers, images: images.flatMap((image) => image ?? []) });
}

/** Images first: a release whose record is gone could not be asked again what it had. A crash at any point leaves what the next prune finishes. */
async function carryOut(held: Held, removed: PrunePlan): Promise<void> {
  const { anchor: host, session, operation, ws } = held;
  if (removed.images.length > 0) await step(held, 'images', removeImages(removed.images), removed.images.length * 130_000);
  for (let at = 0; at < removed.releases.length; at += 100) await host.store.prune(session, operation, removed.releases.slice(at, at + 100).map((release) => release.id));
  await step(held, 'folders', removeFolders(removed), 600_000);
  await host.store.note(session, { type: 'note', operation, message: summaryOf(removed), result: { prune: String(removed.releases.length), by: operatorOf(ws.processEnv) } });
  // Its own steps have left a run folder too: else the next prune would find that, and leave another one.
  await host.shell.run(`rm -rf ${quote(`${host.scope.folder}/runs/${operation}`)}`, { timeoutMs: 60_000 });
}

async function step({ anchor: host, session, operation, ws }: Held, name: string, effects: string, timeoutMs: number): Promise<void> {
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

async function confirm(ws: Workspace, environment: string, shown: PrunePlan): Promise<void> {
  if (ws.yes) return;
  ws.io.event(holdsOpen({ text: `Releases that go: ${shown.releases.map((release) => `${release.id} (${release.version})`).join(', ') || 'none'}. Kept: ${shown.kept}.` }));
  const answer = await ws.io.ask({ code: 'SC5070', text: `${summaryOf(shown).replace(/^removed/, 'Remove')} of ${environment}? Rollbacks to these releases will not be possible any more.`, choices: ['yes', 'no'], fallback: 'no' });
  if (answer !== 'yes') throw fail({ code: 'SC5070', kind: 'user', message: 'Nothing was removed.', next: ['stagecraft prune --dry-run', 'or answer the question beforehand: stagecraft prune --yes'] });
}

/** `removed 3 releases, 2 images, 4 folders of files, 7 of runs` */
function summaryOf({ releases, images, files, runs }: PrunePlan): string {
  return `removed ${releases.length} ${releases.length === 1 ? 'release' : 'releases'}, ${images.length} ${images.length === 1 ? 'image' : 'images'}, ${files.length} ${files.length === 1 ? 'folder' : 'folders'} of files and ${runs.length} of runs`;
}

function bytesOf({ releases, images, files, runs }: PrunePlan): number {
  return [...releases, ...images, ...files, ...runs].reduce((sum, row) => sum + row.bytes, 0);
}
