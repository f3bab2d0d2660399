import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { acquireHosts, whetherHosts, type HostSet, type TestHost } from '@stagecraft-tools/hosts';
import { createExec } from '../../../src/adapters/exec.js';
import { createFiles } from '../../../src/adapters/files.js';
import { createSsh } from '../../../src/adapters/ssh/index.js';
import type { Question } from '../../../src/io/io.js';
import type { Ssh, SshHost, SshTarget } from '../../../src/ports/ssh.js';

const whether = await whetherHosts();
const hostTest = typeof whether === 'string' ? (title: string, tests: () => void): void => describe.skip(`${title} [skipped: ${whether}]`, tests) : describe;
jest.setTimeout(300_000);

hostTest('CLI_SSH: a real host over SSH', () => {
  let set: HostSet | undefined;
  let [first]: TestHost[] = [];
  const connections: Ssh[] = [];
  const host = (): TestHost => first as TestHost;
  const folder = mkdtempSync(join(tmpdir(), 'stagecraft-ssh-'));

  beforeAll(async () => {
    const got = await acquireHosts({ why: 'the tests of SSH', hosts: [{ docker: false, diskMb: 256 }] });
    if ('reason' in got) throw new Error(got.reason);
    set = got;
    [first] = got.hosts;
  });
  afterAll(async () => {
    for (const one of connections) one.close();
    rmSync(folder, { recursive: true, force: true });
    await set?.release();
  });

  const option = (name: string): string => host().ssh().find((arg) => arg.startsWith(`${name}=`))?.slice(name.length + 1) ?? '';
  const keyFile = (): string => host().ssh()[host().ssh().indexOf('-i') + 1] ?? '';

  /** A user's side: a config of its own, and what it answers. */
  function user(more: { readonly config?: string; readonly known?: string; readonly key?: string; readonly answers?: Readonly<Record<string, string>>; readonly target?: Partial<SshTarget> } = {}): { readonly over: SshHost; readonly asked: Question[]; readonly known: string } {
    const known = more.known ?? option('UserKnownHostsFile');
    const config = join(folder, `config-${connections.length}`);
    writeFileSync(config, `${more.config ?? ''}\nHost *\n  IdentityFile ${more.key ?? keyFile()}\n  IdentitiesOnly yes\n  UserKnownHostsFile ${known}\n`);
    const asked: Question[] = [];
    const env = { ...process.env, STAGECRAFT_SSH_CONFIG: config, SSH_AUTH_SOCK: undefined };
    const ssh = createSsh({ exec: createExec({ folder: folder, processEnv: env }), files: createFiles(folder), processEnv: env, io: { event: () => undefined, ask: (question) => (asked.push(question), Promise.resolve(more.answers?.[question.code] ?? question.fallback)) } });
    connections.push(ssh);
    return { over: ssh.to({ name: 'web', address: host().address, user: 'root', ...more.target }), asked, known };
  }

  it('runs scripts side by side, more than it has sessions, each with its own output and exit code', async () => {
    const { shell } = user().over;
    const ran = await Promise.all(Array.from({ length: 40 }, (_, n) => shell.run(`read -r x; printf '%s' "$x"; printf 'it'"'"'s' >&2; exit ${n}`, { stdin: `${n}\n` })));
    expect(ran).toEqual(ran.map((_, n) => ({ exitCode: n, stdout: String(n), stderr: "it's" })));
  });

  it('leaves what it starts running when the connection ends', async () => {
    const one = user();
    await one.over.shell.run('printf "sleep 1; echo done >/root/outlived\\n" >/root/script');
    await one.over.shell.start('/root/script');
    connections.at(-1)?.close();
    for (const until = Date.now() + 10_000; Date.now() < until && (await host().exec(['cat', '/root/outlived'])).code !== 0; ) await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await host().must(['cat', '/root/outlived'])).toBe('done\n');
  });

  it('brings a file, goes on where an upload broke off, sends nothing that is there, and takes no other bytes', async () => {
    const content = randomBytes(3_000_000);
    const file = join(folder, 'upload');
    writeFileSync(file, content);
    const sha256 = createHash('sha256').update(content).digest('hex');
    const { over } = user();
    const there: number[] = [];
    const options = { bytes: content.length, sha256, onBytes: (bytes: number) => void there.push(bytes) };
    await over.upload(file, '/srv/up/it', options);
    expect(await host().must(['sh', '-c', 'sha256sum </srv/up/it; stat -c %a /srv/up/it /srv/up'])).toBe(`${sha256}  -\n600\n700\n`);
    expect([there[0], there.at(-1)]).toEqual([0, content.length]);
    there.length = 0;
    await over.upload(file, '/srv/up/it', options);
    expect(there).toEqual([content.length]);
    there.length = 0;
    await host().must(['sh', '-c', 'head -c 1000000 /srv/up/it >/srv/up/.part-second']);
    await over.upload(file, '/srv/up/second', options);
    expect([there[0], there.at(-1)]).toEqual([1_000_000, content.length]);
    await host().must(['sh', '-c', 'head -c 1000000 /dev/zero >/srv/up/.part-third']);
    await over.upload(file, '/srv/up/third', options);
    expect(await host().must(['sh', '-c', 'ls /srv/up; sha256sum </srv/up/third'])).toBe(`it\nsecond\nthird\n${sha256}  -\n`);
    await expect(over.upload(file, '/proc/nowhere/it', options)).rejects.toMatchObject({ code: 'SC3716', kind: 'external' });
  });

  it('goes on with an upload when the connection breaks in the middle of it', async () => {
    const content = randomBytes(40_000_000);
    const file = join(folder, 'long');
    writeFileSync(file, content);
    let broken = false;
    const seen: number[] = [];
    await user().over.upload(file, '/srv/up/long', {
      bytes: content.length,
      sha256: createHash('sha256').update(content).digest('hex'),
      onBytes(bytes) {
        seen.push(bytes);
        if (broken || bytes < 5_000_000 || bytes === content.length) return;
        broken = true;
        void host().must(['pkill', '-KILL', '-f', 'sshd: root@notty']);
      },
    });
    expect(broken).toBe(true);
    // Between the two it looked how much was there: less than was sent, and not nothing.
    expect(seen.some((bytes, place) => place > 0 && bytes > 0 && bytes < (seen[place - 1] ?? 0))).toBe(true);
    expect((await host().must(['sh', '-c', 'wc -c </srv/up/long; rm -rf /srv/up'])).trim()).toBe(String(content.length));
  });

  it('is connected to again when the connection breaks, and asked again what only reads', async () => {
    const { shell } = user().over;
    await shell.run(':');
    const reading = shell.run('[ -e /root/broke ] || { : >/root/broke; sleep 30; }; echo read', { again: true });
    await new Promise((resolve) => setTimeout(resolve, 500));
    await host().must(['pkill', '-KILL', '-f', 'sshd: root@notty']);
    expect(await reading).toMatchObject({ exitCode: 0, stdout: 'read\n' });
    const changing = expect(shell.run('sleep 30')).rejects.toMatchObject({ code: 'SC3708', kind: 'external' });
    await new Promise((resolve) => setTimeout(resolve, 500));
    await host().must(['pkill', '-KILL', '-f', 'sshd: root@notty']);
    await changing;
  });

  it('asks about a key that it does not know, keeps it when it is trusted, and refuses another one from then on', async () => {
    const known = join(folder, 'known');
    await expect(user({ known }).over.shell.run(':')).rejects.toMatchObject({ code: 'SC3703', kind: 'user', next: expect.arrayContaining([expect.stringContaining(`${host().address} ssh-`)]) });
    const trusting = user({ known, answers: { SC3702: 'trust' } });
    expect(await trusting.over.shell.run('echo in')).toMatchObject({ stdout: 'in\n' });
    expect(trusting.asked).toEqual([expect.objectContaining({ code: 'SC3702', choices: ['trust', 'stop'], fallback: 'stop', text: expect.stringContaining('SHA256:') })]);
    const again = user({ known });
    await again.over.shell.run(':');
    expect(again.asked).toEqual([]);
    const other = execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'other'), '-C', '']).toString();
    expect(other).toBe('');
    writeFileSync(known, `${host().address} ${readFileSync(join(folder, 'other.pub'), 'utf8')}`);
    await expect(user({ known, answers: { SC3702: 'trust' } }).over.shell.run(':')).rejects.toMatchObject({ code: 'SC3704', kind: 'user' });
  });

  it('takes the key that the config pins, and no other', async () => {
    const [line = ''] = readFileSync(option('UserKnownHostsFile'), 'utf8').split('\n').filter((one) => one.includes(host().address) && one.includes('ssh-ed25519'));
    const hostKey = line.split(' ').slice(1, 3).join(' ');
    const nothing = join(folder, 'nothing');
    expect(await user({ known: nothing, target: { hostKey } }).over.shell.run('echo in')).toMatchObject({ stdout: 'in\n' });
    await expect(user({ target: { hostKey: `${hostKey.slice(0, -8)}AAAAAAAA` } }).over.shell.run(':')).rejects.toMatchObject({ code: 'SC3704' });
  });

  it('opens a key with its passphrase, asked for once', async () => {
    const key = join(folder, 'locked');
    writeFileSync(key, readFileSync(keyFile()), { mode: 0o600 });
    execFileSync('ssh-keygen', ['-q', '-p', '-P', '', '-N', 'open sesame', '-f', key]);
    const right = user({ key, answers: { SC3705: 'open sesame' } });
    expect(await right.over.shell.run('echo in')).toMatchObject({ stdout: 'in\n' });
    expect(right.asked).toEqual([expect.objectContaining({ code: 'SC3705', hidden: true })]);
    await expect(user({ key }).over.shell.run(':')).rejects.toMatchObject({ code: 'SC3707', message: expect.stringContaining('no key to try') });
  });

  it('is reached through another host', async () => {
    // The host itself, seen from itself: under its loopback it has a name of its own for its key.
    const config = `Host inner\n  HostName 127.0.0.1\n  HostKeyAlias ${host().address}\n  ProxyJump root@${host().address}\n`;
    expect(await user({ config, target: { address: 'inner' } }).over.shell.run('echo "$SSH_CONNECTION"')).toMatchObject({ stdout: expect.stringMatching(/^127\.0\.0\.1 \d+ 127\.0\.0\.1 22\n$/) });
  });

  it('connects to ports of its loopback, and says that nobody listens', async () => {
    const { over } = user();
    const greeting = await over.port(22);
    greeting.end();
    expect(await text(greeting)).toMatch(/^SSH-2\.0-OpenSSH/);
    await expect(over.port(9)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await expect(over.socket('/run/nobody.sock')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('says which host does not answer, and how to try', async () => {
    await expect(user({ target: { address: '127.0.0.1' }, config: 'Host 127.0.0.1\n  Port 9\n' }).over.shell.run(':')).rejects.toMatchObject({ code: 'SC3700', kind: 'external', message: expect.stringContaining('nobody listens there') });
  });
});
