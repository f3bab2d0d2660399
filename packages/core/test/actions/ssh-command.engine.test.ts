import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { acquireHosts, whetherHosts, type HostSet, type TestHost } from '@stagecraft-tools/hosts';
import { sshCommand } from '../../src/actions/ssh-command.js';
import type { SshCommandOptions, SshCommandResult, Workspace } from '../../src/actions/types.js';
import { createExec } from '../../src/adapters/exec.js';
import { createFiles } from '../../src/adapters/files.js';
import { systemClock } from '../../src/adapters/clock.js';
import type { Foreground } from '../../src/ports/foreground.js';

const whether = await whetherHosts();
const hostTest = typeof whether === 'string' ? (title: string, tests: () => void): void => describe.skip(`${title} [skipped: ${whether}]`, tests) : describe;
jest.setTimeout(120_000);

hostTest('CLI_SSH: stagecraft ssh', () => {
  let set: HostSet | undefined;
  let [first]: TestHost[] = [];
  const host = (): TestHost => first as TestHost;
  const folder = mkdtempSync(join(tmpdir(), 'stagecraft-ssh-'));

  beforeAll(async () => {
    const got = await acquireHosts({ why: 'the tests of stagecraft ssh', hosts: [{ docker: false, diskMb: 256 }] });
    if ('reason' in got) throw new Error(got.reason);
    set = got;
    [first] = got.hosts;
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await set?.release();
  });

  const known = (): string => host().ssh().find((arg) => arg.startsWith('UserKnownHostsFile='))?.split('=')[1] ?? '';
  const key = (): string => host().ssh()[host().ssh().indexOf('-i') + 1] ?? '';

  interface Given {
    readonly hosts: string;
    readonly config?: string;
    readonly known?: string;
    readonly driver?: string;
    readonly answer?: string;
  }

  function ssh(given: Given, options: Partial<SshCommandOptions>): Promise<SshCommandResult> {
    writeFileSync(join(folder, 'ssh-config'), `${given.config ?? ''}\nHost *\n  IdentityFile ${key()}\n  IdentitiesOnly yes\n  StrictHostKeyChecking no\n  UserKnownHostsFile ${given.known ?? known()}\n`);
    writeFileSync(join(folder, 'docker-compose.yml'), 'services: { web: { image: "busybox:1.35" } }\n');
    writeFileSync(join(folder, 'stagecraft.yml'), `version: 1\nproject: { name: shop }\nenvironments:\n  prod:\n    driver: ${given.driver ?? 'ssh'}\n    hosts:\n${given.hosts}`);
    const processEnv = { ...process.env, STAGECRAFT_SSH_CONFIG: join(folder, 'ssh-config'), SSH_AUTH_SOCK: undefined };
    const ws: Workspace = {
      folder,
      config: 'stagecraft.yml',
      processEnv,
      plugins: [],
      io: { event: () => undefined, ask: (question) => Promise.resolve(given.answer ?? question.fallback) },
      exec: createExec({ folder, processEnv }),
      files: createFiles(folder),
      clock: systemClock,
      signal: new AbortController().signal,
      yes: false,
      command: 'stagecraft ssh',
    };
    return sshCommand(ws, { command: ['echo in'], ...options });
  }
  const one = (more = ''): string => `      web-1: { address: ${host().address}, user: root${more} }\n`;
  const two = (): string => `${one(', roles: [web]')}      db-1: { address: 198.18.0.77, user: root, roles: [data] }\n`;

  it('gives what the command says and its exit code, each word as it is', async () => {
    expect(await ssh({ hosts: one() }, { command: ["printf %s 'a  b' | tr a-z A-Z; echo to err >&2; exit 7"] })).toEqual({ host: 'web-1', exitCode: 7, stdout: 'A  B', stderr: 'to err\n' });
    const odd = ['a  b', '$HOME', "it's", '*', '"', '\\', '-n', 'ü\n'];
    expect(await ssh({ hosts: one() }, { command: ['printf', '[%s]', ...odd] })).toMatchObject({ exitCode: 0, stdout: odd.map((word) => `[${word}]`).join('') });
  });

  it('takes the pinned key and no other, also where the config would take any', async () => {
    const line = readFileSync(known(), 'utf8').split('\n').find((text) => text.includes(host().address) && text.includes('ssh-ed25519')) ?? '';
    const pinned = line.split(' ').slice(1, 3).join(' ');
    const nothing = join(folder, 'nothing');
    expect(await ssh({ hosts: one(`, host_key: "${pinned}"`), known: nothing }, {})).toMatchObject({ exitCode: 0, stdout: 'in\n' });
    const own = readFileSync(`${key()}.pub`, 'utf8').split(' ').slice(0, 2).join(' ');
    expect(await ssh({ hosts: one(`, host_key: "${own}"`) }, {})).toMatchObject({ exitCode: 255, stdout: '', stderr: expect.stringContaining('Host key verification failed') as unknown });
    expect(await ssh({ hosts: one(), known: nothing }, {})).toMatchObject({ exitCode: 255, stdout: '', stderr: expect.stringContaining('Host key verification failed') as unknown });
  });

  it('goes by the user’s config: a name, a port, a jump', async () => {
    const config = `Host inner\n  HostName 127.0.0.1\n  HostKeyAlias ${host().address}\n  User root\n  ProxyJump root@${host().address}\n`;
    expect(await ssh({ hosts: '      inner: { address: inner }\n', config }, { command: ['echo "$SSH_CONNECTION"'] })).toMatchObject({ host: 'inner', stdout: expect.stringMatching(/^127\.0\.0\.1 \d+ 127\.0\.0\.1 22\n$/) as unknown });
    expect(await ssh({ hosts: one(), config: `Host ${host().address}\n  Port 9\n` }, {})).toMatchObject({ exitCode: 255, stderr: expect.stringContaining('port 9') as unknown });
  });

  it('asks which host, and says the names where nobody answers', async () => {
    await expect(ssh({ hosts: two() }, {})).rejects.toMatchObject({ kind: 'user', code: 'SC5152', message: 'prod has 2 hosts: say which.', next: ['stagecraft ssh db-1', 'stagecraft ssh web-1'] });
    expect(await ssh({ hosts: two(), answer: 'web-1' }, {})).toMatchObject({ host: 'web-1', stdout: 'in\n' });
    expect(await ssh({ hosts: two() }, { role: 'web' })).toMatchObject({ host: 'web-1' });
    expect(await ssh({ hosts: two() }, { host: host().address })).toMatchObject({ host: 'web-1' });
    await expect(ssh({ hosts: two() }, { role: 'cache' })).rejects.toMatchObject({ code: 'SC5151', next: ['Roles: app, data, web', 'Hosts: db-1, web-1'] });
    await expect(ssh({ hosts: two() }, { host: 'web1' })).rejects.toMatchObject({ code: 'SC5151', next: ['stagecraft ssh web-1', 'Hosts: db-1, web-1'] });
  });

  it('is nothing for this machine, and no login without a terminal', async () => {
    await expect(ssh({ hosts: one() }, { command: [] })).rejects.toMatchObject({ kind: 'user', code: 'SC5153' });
    const run = jest.fn<Foreground['run']>(() => Promise.resolve(3));
    expect(await ssh({ hosts: one() }, { command: [], foreground: { tty: true, run } })).toEqual({ host: 'web-1', exitCode: 3 });
    expect(run.mock.calls[0]?.[0].slice(-2)).toEqual(['--', host().address]);
  });
});
