import { mkdtemp, readFile, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Context, Failure } from '@stagecraft/core/plugin-api';
import { createFiles } from '../../../packages/core/src/adapters/files.js';
import { providerContext } from '../../../packages/core/src/providers/context.js';
import { createSecret } from '../../../packages/core/src/secrets/secret.js';
import type { EnvfileConfig } from '../src/config.js';
import provider from '../src/secrets.js';

let folder: string;
let hidden: string[];
const scope = { project: 'shop', environment: 'prod' };
const file = (): string => join(folder, '.env.prod.secrets');

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sc-envfile-'));
  hidden = [];
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function context(name = '.env.{env}.secrets'): Context<EnvfileConfig> {
  const never = new AbortController().signal;
  const clock = { now: () => 0, sleep: () => Promise.resolve(), random: () => '' };
  return providerContext({ ...scope, config: { file: name }, folder, files: createFiles(folder), io: { event: () => undefined, hide: (values) => void hidden.push(...values) }, exec: { run: () => Promise.reject(new Error('nothing is run')) }, hosts: {}, clock, signal: never });
}

describe('PROVIDER_SECRETS_ENVFILE: the provider', () => {
  it('lists names, reads the named ones and masks what it reads', async () => {
    await writeFile(file(), 'B=two\nA=one-secret\n');
    expect(await provider.list(context(), scope)).toEqual([{ name: 'A' }, { name: 'B' }]);
    const [secret, ...rest] = await provider.read(context(), scope, ['A', 'MISSING']);
    expect([secret?.reveal(), `${secret}`, JSON.stringify({ secret }), rest]).toEqual(['one-secret', '***', '{"secret":"***"}', []]);
    expect(hidden).toEqual(['one-secret']);
  });

  it('has no secrets where there is no file', async () => {
    expect(await provider.list(context(), scope)).toEqual([]);
    expect(await provider.read(context(), scope, ['A'])).toEqual([]);
  });

  it('writes whole, 0600, comments and order kept, and nothing when nothing changes', async () => {
    await writeFile(file(), '# ops\nA=1\n', { mode: 0o644 });
    await provider.write(context(), scope, [createSecret('A', '2 x'), createSecret('B', '3')]);
    expect(await readFile(file(), 'utf8')).toBe("# ops\nA='2 x'\nB=3\n");
    const first = await stat(file());
    expect(first.mode & 0o777).toBe(0o600);
    await provider.write(context(), scope, [createSecret('B', '3')]);
    expect((await stat(file())).ino).toBe(first.ino);
    expect(await readdir(folder)).toEqual(['.env.prod.secrets']);
  });

  it('names file and line of what it cannot read, never its text', async () => {
    await writeFile(file(), 'A=1\nhunter2 is my password\n');
    const failure = (await provider.list(context(), scope).catch((error: unknown) => error)) as Failure;
    expect(failure).toMatchObject({ kind: 'user', code: 'envfile/wrong-line', location: { file: '.env.prod.secrets', line: 2 } });
    expect(JSON.stringify(failure) + failure.message).not.toContain('hunter2');
    await expect(provider.write(context(), scope, [createSecret('B', '1')])).rejects.toMatchObject({ code: 'envfile/wrong-line' });
    await expect(provider.write(context(), scope, [createSecret('B C', '1')])).rejects.toMatchObject({ code: 'envfile/name' });
  });

  it('stays in the project folder', async () => {
    await symlink('/etc/hostname', join(folder, 'link'));
    await expect(provider.list(context('link'), scope)).rejects.toMatchObject({ code: 'SC1130' });
    await expect(provider.write(context('link'), scope, [createSecret('A', '1')])).rejects.toMatchObject({ code: 'SC1130' });
  });

  it('warns of a file that others can read', async () => {
    expect(await provider.preflight(context())).toEqual([]);
    await writeFile(file(), 'A=1\n', { mode: 0o640 });
    expect(await provider.preflight(context())).toMatchObject([{ severity: 'warning', location: { file: '.env.prod.secrets', line: 1 } }]);
  });
});
