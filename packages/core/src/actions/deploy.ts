import { readSavedPlan } from '../plan/saved.js';
import { deployIntake, draftOf } from './deploy-intake.js';
import { gather } from './gather.js';
import { allHosts } from './host.js';
import { makeRelease } from './make-release.js';
import { abort, resume } from './resume.js';
import { loadSettings } from './settings.js';
import type { DeployOptions, DeployResult, Workspace } from './types.js';
import { underLock } from './under-lock.js';
import { resolveVersion } from './version.js';

/**
 * Brings the environment to what the project's files describe: builds, plans, rolls out, commits or returns.
 * @throws StagecraftError `user` for what must be mended first; nothing has changed then. `returned`, `locked`, `interrupted`, `mixed` as the protocol says.
 */
export async function deploy(ws: Workspace, options: DeployOptions): Promise<DeployResult> {
  if (options.abort) return abort(ws);
  if (options.resume) return resume(ws, options);
  // Before the lock: a file that is no plan changes nothing.
  if (options.saved) readSavedPlan(options.saved.text, options.saved.path);
  const loaded = await loadSettings(ws);
  const hosts = await allHosts(ws, loaded.settings);
  if (options.dryRun) {
    const { version } = await resolveVersion(ws, options.version, 'unknown');
    return { outcome: 'planned', plan: draftOf(await gather(ws, hosts, loaded, { version, pull: options.pull }), options), urls: [], exitCode: 0 };
  }
  return underLock(ws, hosts, loaded.settings, options.lockWaitMs, async (held) => {
    const version = await resolveVersion(ws, options.version, held.release);
    return makeRelease(held, await deployIntake(ws, held.hosts, loaded, options, version));
  });
}
