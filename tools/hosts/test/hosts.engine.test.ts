import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { answers, attempt } from '@stagecraft-tools/engine/parts';
import { acquireHosts, whetherHosts, type HostSet, type TestHost } from '../src/index.js';
import { systemPath } from '../src/whether.js';

const whether = await whetherHosts();
const hostTest = typeof whether === 'string' ? (title: string, tests: () => void): void => describe.skip(`${title} [skipped: ${whether}]`, tests) : describe;
jest.setTimeout(300_000);

hostTest('CORE_STATE_CONSISTENCY test hosts', () => {
  let set: HostSet | undefined;
  let [one, bare]: TestHost[] = [];
  const host = (): TestHost => one as TestHost;

  beforeAll(async () => {
    const got = await acquireHosts({ why: 'the tests of the hosts', hosts: [{ diskMb: 1024 }, { docker: false, diskMb: 256 }] });
    if ('reason' in got) throw new Error(got.reason);
    set = got;
    [one, bare] = got.hosts;
    await host().images(['busybox:1.35']);
  });
  afterAll(async () => {
    await set?.release();
    await set?.release();
    expect(await left()).toEqual([]);
  });

  it('have SSH with known keys, for root and for one who may use the engine', async () => {
    for (const user of ['root', 'deploy'] as const) {
      const ran = await attempt('ssh', [...host().ssh(user), 'hostname && whoami && docker ps -q'], { env: systemPath() });
      expect(ran).toMatchObject({ code: 0, stdout: `h1\n${user}\n` });
    }
  });

  it('are one set a machine: who comes second is told who has them', async () => {
    expect(await acquireHosts({ why: 'another', hosts: [{}], wait: 0 })).toEqual({ reason: `the test hosts of this machine are in use: the tests of the hosts (process ${process.pid})` });
  });

  it('come back from a power cut with their disk, another boot id and what restarts by itself', async () => {
    await host().must(['docker', 'run', '--detach', '--name', 'always', '--restart', 'always', 'busybox:1.35', 'sleep', '600']);
    await host().must(['docker', 'run', '--detach', '--name', 'never', 'busybox:1.35', 'sleep', '600']);
    await host().must(['sh', '-c', 'echo kept >/root/file']);
    const bootId = await host().must(['cat', '/proc/sys/kernel/random/boot_id']);
    await host().crash();
    expect(host().on()).toBe(false);
    await host().boot();
    expect(await host().must(['cat', '/root/file'])).toBe('kept\n');
    expect(await host().must(['cat', '/proc/sys/kernel/random/boot_id'])).not.toBe(bootId);
    await until(async () => (await host().must(['docker', 'ps', '--format', '{{.Names}}'])).trim() === 'always');
    await host().must(['docker', 'rm', '--force', 'always', 'never']);
  });

  it('have an engine that can be killed, stopped, and hung', async () => {
    const asked = (): Promise<boolean> => answers(host().socket(), 1000);
    const before = await host().must(['pgrep', '--exact', 'dockerd']);
    await host().engine.kill();
    await until(async () => (await asked()) && (await host().exec(['pgrep', '--exact', 'dockerd'])).stdout !== before);
    await host().engine.freeze();
    expect(await asked()).toBe(false);
    await host().engine.thaw();
    expect(await asked()).toBe(true);
    await host().engine.stop();
    expect(await asked()).toBe(false);
    await host().engine.start();
    expect(await asked()).toBe(true);
  });

  it('have a disk of their own that can be full', async () => {
    await host().fill(4096);
    const full = await host().exec(['sh', '-c', 'head -c 1000000 /dev/zero >/root/much']);
    await host().free();
    expect(full.code).not.toBe(0);
    expect(full.stderr).toContain('No space left');
    await host().must(['sh', '-c', 'head -c 1000000 /dev/zero >/root/much']);
  });

  it('are there without an engine, can be cut off, frozen, and refuse', async () => {
    const other = bare as TestHost;
    expect((await other.exec(['sh', '-c', 'command -v docker dockerd'])).code).not.toBe(0);
    const reach = async (): Promise<number> => (await host().exec(['bash', '-c', `exec 3<>/dev/tcp/${other.address}/22 && head -c 3 <&3`], { timeout: 1500 })).code;
    expect(await reach()).toBe(0);
    await other.refuse(22);
    expect(await reach()).toBe(1);
    await other.accept(22);
    await other.cut();
    expect(await reach()).not.toBe(0);
    await other.mend();
    other.freeze();
    expect(await reach()).toBe(124);
    other.thaw();
    await until(async () => (await reach()) === 0);
  });
});

async function until(so: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 60_000; !(await so()); await new Promise((resolve) => setTimeout(resolve, 50))) if (Date.now() > end) throw new Error('it does not come to that');
}

/** What of any host is on this machine. */
async function left(): Promise<string[]> {
  const found: string[] = [];
  if (existsSync('/var/tmp/stagecraft-hosts')) found.push('/var/tmp/stagecraft-hosts');
  for (const words of [['netns', 'list'], ['-o', 'link']]) found.push(...(await attempt('ip', words, { env: systemPath() })).stdout.split('\n').filter((line) => /stagecraft-hosts|schosts/.test(line)));
  found.push(...(await attempt('losetup', ['--all'], { env: systemPath() })).stdout.split('\n').filter((line) => line.includes('stagecraft-hosts')));
  for (const name of readdirSync('/sys/fs/cgroup')) if (existsSync(`/sys/fs/cgroup/${name}/stagecraft-hosts`)) found.push(`cgroup ${name}`);
  found.push(...readFileSync('/proc/self/mounts', 'utf8').split('\n').filter((line) => line.includes('stagecraft-hosts')));
  return found;
}
