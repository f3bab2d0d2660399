import { mkdir, readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { engineTest, scratch } from '@stagecraft-tools/engine/test-support';
import { hostFiles } from '../../src/adapters/host-files.js';
import { localShell } from '../../src/adapters/shell.js';
import { scopeOf } from '../../src/hosts/scope-of.js';
import { sameMachine } from '../../src/observe/same-machine.js';
import type { Shell } from '../../src/ports/shell.js';

engineTest('CLI_DEPLOY: driver local needs an engine on the same machine', () => {
  const here = scratch();
  const hostAt = async (name: string, wrap: (shell: Shell, root: string) => Shell = (shell) => shell) => {
    const root = join(here.hostDir, name);
    await mkdir(root, { recursive: true });
    const shell = localShell({ env: here.env });
    return { name: 'local', scope: scopeOf({ root, defaultRoot: '/nowhere', project: 'p', environment: 'e', composeProject: 'p-e' }), shell: wrap(shell, root), files: hostFiles(shell) };
  };

  it('proves it once an engine, and leaves nothing but the proof', async () => {
    const host = await hostAt('seen');
    expect(await sameMachine(host, 'engine-1')).toEqual([]);
    expect(await readFile(join(host.scope.root, 'engine'), 'utf8')).toBe('engine-1\n');
    expect(await readdir(host.scope.root)).toEqual(['engine']);
    const unreachable: Shell = { run: () => Promise.reject(new Error('asked again')), start: () => Promise.reject(new Error('started')) };
    expect(await sameMachine({ ...host, shell: unreachable }, 'engine-1')).toEqual([]);
  });

  const root = process.getuid?.() === 0 ? it : it.skip;
  root('refuses an engine that sees another folder under the same path (needs root for a mount namespace)', async () => {
    // What the engine of another machine is like: the script writes to a folder that the engine does not have.
    const elsewhere = (shell: Shell, folder: string): Shell => ({ ...shell, run: (script, options) => shell.run(`unshare --mount sh -c 'mount -t tmpfs tmpfs "$1" && exec sh -c "$2"' - '${folder}' '${script.replaceAll("'", `'\\''`)}'`, options) });
    const host = await hostAt('elsewhere', elsewhere);
    const [finding] = await sameMachine(host, 'engine-2');
    expect(finding).toMatchObject({ severity: 'error', code: 'SC3518' });
    expect(finding?.next?.join(' ')).toContain('driver: ssh');
    expect(await readdir(host.scope.root)).toEqual([]);
  });
});
