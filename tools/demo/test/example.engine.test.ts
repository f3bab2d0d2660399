import { beforeEach, expect, it } from '@jest/globals';
import { cpSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { engineTest, scratch } from '@stagecraft-tools/engine/test-support';
import { freePort } from '../src/port.js';

const example = fileURLToPath(new URL('../../../examples/basic-node', import.meta.url));

engineTest('the example, by Compose alone', () => {
  const scope = scratch();
  let port: number | undefined;
  const compose = (...args: string[]): Promise<string> => scope.docker(['compose', '--project-name', scope.project, ...args], { env: { ...scope.env, PORT: String(port) }, timeout: 120_000 });
  const get = (path = ''): Promise<Response> => fetch(`http://127.0.0.1:${port}/${path}`);
  const home = async (): Promise<Record<string, unknown>> => (await get()).json() as Promise<Record<string, unknown>>;

  beforeEach(async () => {
    if (port === undefined) cpSync(example, scope.dir, { recursive: true });
    port ??= await freePort(3000);
    await compose('up', '--build', '--detach', '--wait');
  }, 150_000);

  it('shows its version, its counters and the mounted file', async () => {
    const first = await home();
    expect(first).toEqual({ greeting: 'Hello from a mounted file.', version: '1.0.0', orders: expect.any(Number), visits: expect.any(Number), served_by: expect.any(String) });
    expect(await home()).toMatchObject({ visits: Number(first['visits']) + 1 });
    expect((await get('nowhere')).status).toBe(404);
  });

  it('takes an order, which the worker writes to the database', async () => {
    const before = Number((await home())['orders']);
    expect((await fetch(`http://127.0.0.1:${port}/orders`, { method: 'POST' })).status).toBe(202);
    for (let tries = 0; tries < 50 && (await home())['orders'] === before; tries += 1) await sleep(100);
    expect(await home()).toMatchObject({ orders: before + 1 });
  });

  it('says that it cannot serve while the database is down, and serves again after it', async () => {
    expect((await get('health')).status).toBe(200);
    await compose('stop', 'db');
    expect((await get('health')).status).toBe(503);
    await compose('up', '--detach', '--wait', '--no-recreate', 'db');
    expect((await get('health')).status).toBe(200);
  });

  it('answers what is open before it ends', async () => {
    const slow = get('slow');
    await sleep(300);
    const stopped = compose('stop', 'api');
    const response = await slow;
    expect([response.status, response.headers.get('connection')]).toEqual([200, 'close']);
    await stopped;
    expect((await scope.docker(['inspect', '--format', '{{.State.ExitCode}}', `${scope.project}-api-1`])).trim()).toBe('0');
  });
});
