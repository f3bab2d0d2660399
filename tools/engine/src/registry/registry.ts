import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { must } from '../exec.js';
import { aptOf } from '../own/apt.js';
import { eligible } from '../own/distribution.js';
import { locked } from '../own/lock.js';
import { places } from '../own/places.js';

/** Who may use it. The password's bcrypt hash stands here, as the registry wants it in its file. */
export const registryUser = { username: 'deployer', password: 'correct horse battery', hash: '$2b$05$1Xx7LzvjncWGe/7lYo8TVuOrNs1qR7qoO0quehlmAGNHo.Q5aLQB.' } as const;

export interface TestRegistry {
  /** As references name it: `127.0.0.1:41234`. */
  readonly host: string;
  /** Answers of its log so far, a line each. */
  log(): string;
  stop(): Promise<void>;
}

/**
 * A registry of the distribution (`docker-registry`) that asks for a password, with an empty store; it ends with `stop`.
 * @param address where it listens: one that engines take plain HTTP from.
 */
export async function startRegistry(address = '127.0.0.1'): Promise<TestRegistry | { readonly reason: string }> {
  const distribution = eligible();
  if (typeof distribution === 'string') return { reason: distribution };
  const { cache } = places();
  const folder = join(cache, 'registry');
  const program = join(folder, 'usr/bin/docker-registry');
  mkdirSync(cache, { recursive: true });
  try {
    await locked(join(cache, 'registry.lock'), async () => {
      if (existsSync(program)) return;
      const work = mkdtempSync(join(cache, '.registry-'));
      try {
        const apt = await aptOf({ folder: join(work, 'apt'), installed: 'machine' }, distribution);
        await apt.update();
        for (const deb of await apt.download(['docker-registry'], join(work, 'debs'))) await must('dpkg-deb', ['-x', deb, join(work, 'root')]);
        renameSync(join(work, 'root'), folder);
      } finally {
        rmSync(work, { recursive: true, force: true });
      }
    });
  } catch (error) {
    return { reason: `the package docker-registry cannot be had: ${(error as Error).message}` };
  }
  return serve(program, address);
}

async function serve(program: string, address: string): Promise<TestRegistry | { readonly reason: string }> {
  const home = mkdtempSync(join(tmpdir(), 'stagecraft-registry-'));
  const port = await freePort(address);
  const host = `${address}:${port}`;
  writeFileSync(join(home, 'htpasswd'), `${registryUser.username}:${registryUser.hash}\n`);
  writeFileSync(
    join(home, 'config.yml'),
    JSON.stringify({ version: 0.1, log: { level: 'info' }, storage: { filesystem: { rootdirectory: join(home, 'store') } }, http: { addr: host, secret: 'of this test' }, auth: { htpasswd: { realm: 'test', path: join(home, 'htpasswd') } } }),
  );
  let log = '';
  const child = spawn(program, ['serve', join(home, 'config.yml')], { stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (log += String(chunk)));
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  const stop = async (): Promise<void> => {
    process.off('exit', kill);
    child.kill();
    await ended;
    rmSync(home, { recursive: true, force: true });
  };
  for (let nth = 0; nth < 100 && child.exitCode === null; nth += 1) {
    const status = await fetch(`http://${host}/v2/`).then((answer) => answer.status, () => 0);
    if (status === 401) return { host, log: () => log, stop };
    await sleep(100);
  }
  await stop();
  return { reason: `the registry does not answer: ${log.slice(-1_000)}` };
}

async function freePort(address: string): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, address, resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
