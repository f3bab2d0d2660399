import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { registryUser, startRegistry, type TestRegistry } from '@stagecraft-tools/engine';
import { engineSocket, engineTest, scratch } from '@stagecraft-tools/engine/test-support';
import { accessTo, engineAt } from '../../src/adapters/engine.js';
import { registryBy } from '../../src/adapters/registry.js';
import { byDigest, digestOf } from '../../src/images/reference.js';

engineTest('DEPLOY_ROLLOUT: a real registry that asks for a password', () => {
  const { project, docker } = scratch();
  const login = { username: registryUser.username, password: registryUser.password };
  const { signal } = new AbortController();
  let registry: TestRegistry;
  let reference: string;

  beforeAll(async () => {
    const started = await startRegistry();
    if ('reason' in started) throw new Error(started.reason);
    registry = started;
    reference = `${registry.host}/${project}/web:v1`;
    await docker(['tag', 'busybox:1.35', reference]);
  });
  afterAll(async () => {
    await docker(['rmi', '-f', reference]).catch(() => undefined);
    await registry?.stop();
  });

  it('is refused without the right password, in words and at once', async () => {
    const began = Date.now();
    await expect(registryBy(accessTo(engineSocket())).push(reference, { login: { ...login, password: 'wrong' }, signal })).rejects.toMatchObject({ code: 'SC4013', kind: 'external', message: expect.stringMatching(/unauthorized|no basic auth|denied/i), next: [expect.stringContaining(registry.host)] });
    expect(Date.now() - began).toBeLessThan(5_000);
  });

  it('takes an image, and gives the same one back by its digest', async () => {
    const engine = engineAt(engineSocket());
    const told: number[] = [];
    const id = (await engine.image(reference))?.id;
    await registryBy(accessTo(engineSocket())).push(reference, { login, signal, onBytes: (done) => told.push(done) });
    const digest = digestOf(reference, (await engine.image(reference))?.digests ?? []);
    expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(told.at(-1)).toBeGreaterThan(0);
    await docker(['rmi', reference]);
    const pushed = byDigest(reference, digest ?? '');
    expect((await engine.image(pushed))?.id).toBeUndefined();
    await registryBy(accessTo(engineSocket())).pull(pushed, { login, signal });
    expect((await engine.image(pushed))?.id).toBe(id);
    await docker(['tag', pushed, reference]);
    await docker(['rmi', pushed]);
  });

  it('says what it does not have', async () => {
    await expect(registryBy(accessTo(engineSocket())).pull(`${registry.host}/${project}/none:v1`, { login, signal })).rejects.toMatchObject({ code: 'SC4014', message: expect.stringMatching(/not found|unknown/) });
  });

  it('keeps no login behind', async () => {
    await expect(docker(['pull', reference])).rejects.toThrow(/no basic auth|unauthorized/i);
  });

  it('ends with the signal', async () => {
    const aborting = new AbortController();
    const pushing = registryBy(accessTo(engineSocket())).push(reference, { login, signal: aborting.signal });
    aborting.abort(new Error('stop'));
    await expect(pushing).rejects.toThrow();
  });
});
