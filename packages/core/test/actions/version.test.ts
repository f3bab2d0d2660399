import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { notAnAncestor, resolveVersion } from '../../src/actions/version.js';
import type { Workspace } from '../../src/actions/types.js';
import { createExec } from '../../src/adapters/exec.js';
import { createFiles } from '../../src/adapters/files.js';

let folder: string;
const env = { PATH: process.env['PATH'], HOME: '/nonexistent', GIT_CONFIG_GLOBAL: '/dev/null', GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@example.com', GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@example.com' };
const git = (...args: string[]): string => execFileSync('git', args, { cwd: folder, env: env as NodeJS.ProcessEnv, encoding: 'utf8' }).trim();
const commit = async (text: string): Promise<string> => {
  await writeFile(join(folder, 'a.txt'), text);
  git('add', '.');
  git('commit', '-q', '-m', text);
  return git('rev-parse', 'HEAD');
};
const workspace = (): Workspace => ({ folder, exec: createExec({ folder, processEnv: env }), files: createFiles(folder), signal: new AbortController().signal }) as unknown as Workspace;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stagecraft-version-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('CLI_DEPLOY: the version of what is deployed', () => {
  it("is the release's id where there is no git", async () => {
    expect(await resolveVersion(workspace(), undefined, 'rel-1')).toEqual({ version: 'rel-1', from: 'release' });
  });

  it('is what git says of a clean tree', async () => {
    git('init', '-q');
    const head = await commit('one');
    expect(await resolveVersion(workspace(), undefined, 'rel-1')).toEqual({ version: head.slice(0, 7), from: 'git', commit: head });
    git('tag', 'v1.0');
    expect((await resolveVersion(workspace(), undefined, 'rel-1')).version).toBe('v1.0');
  });

  it('tells two dirty trees apart, also by what is not tracked', async () => {
    git('init', '-q');
    await commit('one');
    await writeFile(join(folder, 'a.txt'), 'two');
    const changed = (await resolveVersion(workspace(), undefined, 'rel-1')).version;
    expect(changed).toMatch(/^[0-9a-f]{7}-dirty-[0-9a-f]{8}$/);
    await writeFile(join(folder, 'b.txt'), 'new');
    expect((await resolveVersion(workspace(), undefined, 'rel-1')).version).not.toBe(changed);
  });

  it('is the flag, when it can be the tag of an image', async () => {
    expect(await resolveVersion(workspace(), 'v1.4.2', 'rel-1')).toEqual({ version: 'v1.4.2', from: 'flag' });
    for (const wrong of ['', '-v1', '.v1', 'a/b', 'a b', 'ä', 'x'.repeat(129)]) await expect(resolveVersion(workspace(), wrong, 'rel-1')).rejects.toMatchObject({ code: 'SC5001', kind: 'user' });
  });

  it('warns when what serves holds a commit that the new one does not', async () => {
    git('init', '-q');
    const base = await commit('one');
    const theirs = await commit('two');
    git('checkout', '-q', base);
    expect(await notAnAncestor(workspace(), { id: 'rel-1', commit: theirs }, base)).toMatchObject({ severity: 'warning', code: 'SC5007' });
    expect(await notAnAncestor(workspace(), { id: 'rel-1', commit: base }, theirs)).toBeUndefined();
    expect(await notAnAncestor(workspace(), { id: 'rel-1', commit: 'f'.repeat(40) }, base)).toBeUndefined();
    expect(await notAnAncestor(workspace(), undefined, base)).toBeUndefined();
  });
});
