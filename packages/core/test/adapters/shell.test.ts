import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { localShell, scriptEnvironment } from '../../src/adapters/shell.js';
import { systemClock } from '../../src/adapters/clock.js';
import { localRoot } from '../../src/hosts/local.js';
import { scopeOf } from '../../src/hosts/scope-of.js';

let folder: string;
beforeAll(async () => { folder = await mkdtemp(join(tmpdir(), 'sc-shell-')); });
afterAll(async () => { await rm(folder, { recursive: true, force: true }); });

describe('CORE_EXECUTIL: the shell of this machine', () => {
  it('gives scripts what tools need, and nothing else of whose shell it is', async () => {
    const env = { PATH: process.env['PATH'], HOME: folder, DOCKER_HOST: 'unix:///x', DOCKER_CONFIG: '/y', LC_ALL: 'C', COMPOSE_PROJECT_NAME: 'other', AWS_SECRET_ACCESS_KEY: 's', NODE_OPTIONS: '--x', UNSET: undefined };
    const result = await localShell({ env }).run('env');
    const names = result.stdout.trim().split('\n').map((line) => line.split('=')[0]).filter((name) => name !== 'PWD' && name !== '_' && name !== 'OLDPWD' && name !== 'SHLVL');
    expect(names.sort()).toEqual(['DOCKER_CONFIG', 'DOCKER_HOST', 'HOME', 'LC_ALL', 'PATH']);
    expect(scriptEnvironment({})).toEqual({ PATH: expect.stringContaining('/usr/bin'), HOME: expect.any(String) });
  });

  it('runs a script with its input, and gives its exit code', async () => {
    expect(await localShell({ env: process.env }).run('cat; exit 4', { stdin: 'in' })).toEqual({ exitCode: 4, stdout: 'in', stderr: '' });
  });

  it('starts a script as the leader of a session of its own, and does not wait', async () => {
    const file = join(folder, 'script');
    await writeFile(file, `read -r s </proc/$$/stat; s=\${s##*) }; set -- $s; sleep 0.1; echo "$$ $4" >${folder}/out.temp; mv ${folder}/out.temp ${folder}/out\n`);
    await localShell({ env: process.env }).start(file);
    let text = '';
    for (let i = 0; i < 300 && text === ''; i += 1) {
      text = await readFile(join(folder, 'out'), 'utf8').catch(() => '');
      await systemClock.sleep(10);
    }
    const [pid, session] = text.trim().split(' ');
    expect(session).toBe(pid);
    expect(pid).toMatch(/^\d+$/);
  });
});

describe('the place of the state', () => {
  const machine = (...folders: string[]) => ({ isWritableFolder: (path: string) => Promise.resolve(folders.includes(path)) });

  it('is the variable, else the folder that the host was set up with, else one at home', async () => {
    const home = { HOME: '/home/me' };
    expect(await localRoot(home, machine())).toEqual({ root: '/home/me/.stagecraft', defaultRoot: '/home/me/.stagecraft' });
    expect((await localRoot(home, machine('/var/lib/stagecraft'))).root).toBe('/var/lib/stagecraft');
    expect(await localRoot({ ...home, STAGECRAFT_HOST_DIR: '/srv/x' }, machine())).toEqual({ root: '/srv/x', defaultRoot: '/home/me/.stagecraft' });
    expect((await localRoot({ STAGECRAFT_HOST_DIR: '/srv/x' }, machine())).root).toBe('/srv/x');
  });

  it('is refused where it is not an absolute path, or nothing says it', async () => {
    for (const dir of ['state', './state', '/']) await expect(localRoot({ HOME: '/h', STAGECRAFT_HOST_DIR: dir }, machine())).rejects.toMatchObject({ code: 'SC3620', kind: 'user' });
    await expect(localRoot({}, machine())).rejects.toMatchObject({ code: 'SC3621', kind: 'user' });
  });

  it('gives shared things names of their own, unless it is the default one', () => {
    const names = { project: 'shop', environment: 'prod', composeProject: 'shop-prod', defaultRoot: '/var/lib/stagecraft' };
    const plain = scopeOf({ ...names, root: '/var/lib/stagecraft/' });
    expect(plain).toMatchObject({ root: '/var/lib/stagecraft', folder: '/var/lib/stagecraft/shop/prod', proxyProject: 'stagecraft-proxy', proxyNetwork: '00stagecraft', edge: 'shop-prod-edge' });
    const [a, b] = [scopeOf({ ...names, root: '/a' }), scopeOf({ ...names, root: '/b' })];
    expect(new Set([plain, a, b].map(({ dir }) => dir)).size).toBe(3);
    expect(a.proxyProject).toBe(`stagecraft-proxy-${a.dir}`);
    expect(a.proxyNetwork).toBe(`00stagecraft-${a.dir}`);
    expect(a.dir).toMatch(/^[0-9a-f]{8}$/);
  });
});
