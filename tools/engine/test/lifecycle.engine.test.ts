import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { attempt, must, type Ran } from '../src/exec.js';
import { eligible } from '../src/own/distribution.js';
import { unpackedPrograms } from '../src/own/packages.js';
import { places } from '../src/own/places.js';
import { identify } from '../src/own/users.js';
import { engineTest } from '../test-support/index.js';

/**
 * A second engine, in a network namespace of its own (the bridge docker0 is one a namespace) and with folders of its own, so
 * that the engine which the other tests use is not touched.
 */
const distribution = eligible();
const name = `sc-life-${process.pid}`;
const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const folder = join(tmpdir(), name);
const run = join(folder, `${name}-run`);
const env: NodeJS.ProcessEnv = { ...process.env, STAGECRAFT_ENGINE_RUN: run, STAGECRAFT_ENGINE_CACHE: join(folder, 'cache') };
for (const variable of ['DOCKER_CONFIG', 'DOCKER_CONTEXT', 'STAGECRAFT_TEST_ENGINE']) delete env[variable];
// No engine is to be found there, so that one of our own is made.
env['DOCKER_HOST'] = `unix://${folder}/none.sock`;

// Not `ip netns exec`, which hides the machine's control groups behind a /sys of its own.
const inside = (...command: string[]): string[] => [`--net=/run/netns/${name}`, '--', ...command];
const engine = (...args: string[]): string[] => inside(process.execPath, '--import', 'tsx', main, ...args);
const ran = (...args: string[]): Promise<Ran> => attempt('nsenter', engine(...args), { env, timeout: 100_000 });

const lifecycle = (title: string, tests: () => void): void => (typeof distribution === 'string' ? describe.skip(`${title} [skipped: ${distribution}]`, tests) : engineTest(title, tests));

lifecycle('an engine of our own', () => {
  beforeAll(async () => {
    if (typeof distribution === 'string') return;
    await must('ip', ['netns', 'add', name]);
    await must('nsenter', inside('ip', 'link', 'set', 'lo', 'up'));
    // Programs and tarballs of the machine's cache: nothing is downloaded or made twice.
    const cache = places({ ...process.env, STAGECRAFT_ENGINE_CACHE: '' }).cache;
    await unpackedPrograms(cache, distribution, () => undefined);
    mkdirSync(join(folder, 'cache'), { recursive: true });
    for (const part of ['programs', 'images']) {
      mkdirSync(join(cache, part), { recursive: true });
      symlinkSync(join(cache, part), join(folder, 'cache', part));
    }
  });
  afterAll(async () => {
    await ran('down', '--force');
    await attempt('ip', ['netns', 'delete', name]);
    rmSync(folder, { recursive: true, force: true });
  });

  it('starts for a command, with the images of the tests, and leaves nothing behind', async () => {
    const before = await rules();
    const told = await ran('run', '--', 'docker', 'run', '--rm', 'busybox:1.35', 'echo', 'hello');
    expect(told).toMatchObject({ code: 0, stdout: 'hello\n' });
    await expectNothingLeft();
    expect(await rules()).toBe(before);
  });

  it('answers with the code of its command', async () => {
    expect((await ran('run', '--', 'sh', '-c', 'exit 7')).code).toBe(7);
  });

  it('is shared by all who use it, and stopped by the last who leaves', async () => {
    const [first, second] = [await userOfIt(), await userOfIt()];
    expect(first.daemon).toBe(second.daemon);
    expect((await ran('status')).stdout).toMatch(/used by .*cat \(\d+\), .*cat \(\d+\)/);
    await first.leave();
    expect(identify(second.daemon)).toBeDefined();
    await second.leave();
    expect(identify(second.daemon)).toBeUndefined();
    await expectNothingLeft();
  });

  it('ends the use when the command is interrupted', async () => {
    const user = await userOfIt();
    await user.interrupt();
    await expectNothingLeft();
  });

  it('stays after up until down, and does not count a user that was killed', async () => {
    expect((await ran('up')).code).toBe(0);
    const user = await userOfIt();
    await user.kill();
    expect((await ran('status')).stdout).toMatch(/used by up\n$/);
    expect((await ran('down')).code).toBe(0);
    await expectNothingLeft();
  });

  it('is cleaned up after and made anew when it was killed', async () => {
    expect((await ran('up')).code).toBe(0);
    const client = { env: { ...env, DOCKER_HOST: `unix://${run}/docker.sock` } };
    await must('docker', ['run', '--detach', '--restart', 'always', 'busybox:1.35', 'sleep', '600'], client);
    process.kill(daemon(), 'SIGKILL');
    const told = await ran('run', '--', 'docker', 'ps', '--all', '--quiet');
    expect(told).toMatchObject({ code: 0, stdout: '' });
    expect(told.stderr).toContain('cleaning up after an engine that was killed');
    await expectNothingLeft();
  });
});

function daemon(): number {
  return Number(readFileSync(join(run, 'docker.pid'), 'utf8'));
}

interface RunningUser {
  daemon: number;
  leave(): Promise<void>;
  interrupt(): Promise<void>;
  kill(): Promise<void>;
}

/** `engine run -- cat`: uses the engine until its input ends. */
async function userOfIt(): Promise<RunningUser> {
  // exec: the process that we signal is the one that uses the engine.
  const child: ChildProcess = spawn('nsenter', engine('run', '--', 'sh', '-c', 'echo ready; exec cat'), { env, stdio: ['pipe', 'pipe', 'ignore'] });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  await Promise.race([new Promise((resolve) => child.stdout?.once('data', resolve)), ended.then(() => Promise.reject(new Error('it ended before its command ran')))]);
  return {
    daemon: daemon(),
    leave: async () => {
      child.stdin?.end();
      await ended;
    },
    interrupt: async () => {
      child.kill('SIGTERM');
      await ended;
    },
    kill: async () => {
      child.kill('SIGKILL');
      child.stdin?.end();
      await ended;
    },
  };
}

async function rules(): Promise<string> {
  const bin = join(folder, 'cache/programs');
  const programs = readdirSync(bin).map((one) => join(bin, one, 'bin'));
  const told = await attempt('nsenter', inside('iptables-save'), { env: { ...env, PATH: `${programs.join(':')}:${env['PATH']}` } });
  // An empty table is there from the first question on.
  return told.stdout.split('\n').filter((line) => /^-|^:DOCKER|^:FORWARD DROP/.test(line)).join('\n');
}

async function expectNothingLeft(): Promise<void> {
  // Shims reap their last child a moment after the engine is gone.
  await sleep(200);
  expect(existsSync(run)).toBe(false);
  const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n').filter((line) => line.includes(folder));
  expect(mounts).toEqual([]);
  const commands = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid)).flatMap((pid) => {
    try {
      return [readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')];
    } catch {
      return [];
    }
  });
  expect(commands.filter((line) => line.includes(`${run}/`))).toEqual([]);
  const links = await must('nsenter', inside('ip', '-o', 'link', 'show'));
  expect(links.split('\n').filter((line) => /docker0|br-|veth/.test(line))).toEqual([]);
}
