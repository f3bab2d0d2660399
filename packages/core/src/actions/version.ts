import { createHash } from 'node:crypto';
import { fail } from '../errors/index.js';
import type { Finding } from '../plugin-api/failure.js';
import type { Workspace } from './types.js';

export interface Version {
  readonly version: string;
  readonly commit?: string;
  /** `flag`: asked for; `git`: of the working tree; `release`: there is no git, so the release's own id. */
  readonly from: 'flag' | 'git' | 'release';
}

/**
 * The version of what is deployed: the flag, else what git says of the tree (a dirty one adds a short hash of its content), else the release's id.
 * @throws StagecraftError `user` for a version that cannot be an image's tag.
 */
export async function resolveVersion(ws: Workspace, asked: string | undefined, release: string): Promise<Version> {
  const commit = await git(ws, ['rev-parse', 'HEAD']);
  const known = commit === undefined ? {} : { commit };
  if (asked !== undefined) return { version: checked(asked), from: 'flag', ...known };
  const described = commit === undefined ? undefined : await git(ws, ['describe', '--tags', '--always', '--dirty']);
  if (described === undefined) return { version: release, from: 'release', ...known };
  const version = described.endsWith('-dirty') ? `${described}-${await dirt(ws)}` : described;
  return { version: version.replaceAll(/[^A-Za-z0-9_.-]/g, '-'), from: 'git', ...known };
}

/**
 * A warning when what serves was made of a commit that the new one does not contain: deploying would take somebody's change back.
 * Undefined where git cannot tell.
 */
export async function notAnAncestor(ws: Workspace, serving: { readonly id: string; readonly commit?: string } | undefined, now: string | undefined): Promise<Finding | undefined> {
  if (!serving?.commit || !now || serving.commit === now) return undefined;
  if ((await git(ws, ['cat-file', '-e', `${serving.commit}^{commit}`])) === undefined || (await git(ws, ['merge-base', '--is-ancestor', serving.commit, now])) !== undefined) return undefined;
  return {
    severity: 'warning',
    code: 'SC5007',
    message: `${serving.id} serves commit ${serving.commit.slice(0, 12)}, which ${now.slice(0, 12)} does not contain: this deploy takes its changes back.`,
    next: [`git log --oneline ${now.slice(0, 12)}..${serving.commit.slice(0, 12)}`],
  };
}

function checked(version: string): string {
  if (/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/.test(version)) return version;
  throw fail({
    code: 'SC5001',
    kind: 'user',
    message: `--version ${JSON.stringify(version)} cannot be the tag of an image: letters, digits, "_", "." and "-", at most 128, not beginning with "." or "-".`,
    next: ['Give a version such as v1.4.2.'],
  });
}

/** Eight hex digits that change with the content of what is not committed. */
async function dirt(ws: Workspace): Promise<string> {
  const [changed, untracked] = await Promise.all([git(ws, ['diff', 'HEAD', '--binary']), git(ws, ['ls-files', '--others', '--exclude-standard', '-z'])]);
  const hash = createHash('sha256').update(changed ?? '');
  for (const path of (untracked ?? '').split('\0').filter(Boolean).sort()) hash.update(`\0${path}\0`).update((await ws.files.readBytes(path, Number.POSITIVE_INFINITY).catch(() => undefined)) ?? '');
  return hash.digest('hex').slice(0, 8);
}

/** git's answer; undefined where there is no git, no repository or no commit. */
async function git(ws: Workspace, args: readonly string[]): Promise<string | undefined> {
  try {
    const result = await ws.exec.run(['git', ...args], { cwd: ws.folder, timeoutMs: 20_000, signal: ws.signal });
    return result.exitCode === 0 ? result.stdout.trimEnd() : undefined;
  } catch (error) {
    if (ws.signal.aborted) throw error;
    return undefined;
  }
}
