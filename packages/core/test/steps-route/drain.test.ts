import { describe, expect, it } from '@jest/globals';
import type { Action } from '../../src/plan/types.js';
import { containerDrain } from '../../src/steps/container-drain.js';
import { fakeWorld, silent, table } from './world.js';

const drain: Extract<Action, { kind: 'container.drain' }> = { kind: 'container.drain', service: 'web', ids: ['old'], targets: ['web-r1-1'], timeoutMs: 2_000 };
const steps = [{ host: 'local', action: { kind: 'route.retire' as const, service: 'web', from: table('web-r1-1', 'web-r2-1'), to: table('web-r2-1'), acknowledgeMs: 1 } }];
const old = [{ id: 'old', pid: 7, networks: { edge: { address: '198.51.100.3', aliases: [] } } }];
const connection = { exitCode: 0, stdout: '   1: 0364C612:0BB8 0264C612:D431 01 0\n' };
const none = { exitCode: 0, stdout: '' };

describe('DEPLOY_ROLLOUT: container.drain', () => {
  it('ends soon after the last open request, by the proxy’s own count', async () => {
    const { world, events, waits, counts } = fakeWorld({ steps });
    counts([2, 1, 1, 0]);
    await containerDrain.settle?.(drain, world);
    expect(events).toEqual([{ type: 'step', code: 'SC4251', data: { host: 'local', service: 'web', ms: 500, left: 0, by: 'proxy' } }]);
    expect(waits).toEqual(['2 open requests of old web to end', '1 open requests of old web to end', '1 open requests of old web to end']);
  });

  it('is not fooled by one quiet moment', async () => {
    const { world, events, counts } = fakeWorld({ steps });
    counts([0, 1, 0, 0, 0]);
    await containerDrain.settle?.(drain, world);
    expect(events[0]?.data).toMatchObject({ ms: 400, left: 0 });
  });

  it('goes on to SIGTERM when the time is over, and says what was open', async () => {
    const { world, events, counts } = fakeWorld({ steps });
    counts([4]);
    await containerDrain.settle?.(drain, world);
    expect(events[0]?.data).toMatchObject({ ms: 2_000, left: 4, by: 'proxy' });
  });

  it.each([
    ['has no count', { noOpen: true }, undefined],
    ['cannot tell', {}, [undefined]],
    ['cannot be asked', {}, [silent]],
  ])('reads the kernel’s table where the proxy %s', async (_what, init, counted) => {
    const { world, events, waits, counts } = fakeWorld({ steps, containers: old, shell: [connection, connection, none], ...init });
    if (counted) counts(counted);
    await containerDrain.settle?.(drain, world);
    expect(events[0]?.data).toMatchObject({ ms: 400, left: 0, by: 'connections' });
    expect(waits[0]).toBe('1 open connections of old web to end');
  });

  it('counts only the ports that were routed', async () => {
    const { world, events } = fakeWorld({ steps, noOpen: true, containers: old, shell: [{ exitCode: 0, stdout: connection.stdout.replace('0BB8', '1538') }] });
    await containerDrain.settle?.(drain, world);
    expect(events[0]?.data).toMatchObject({ ms: 200, left: 0 });
  });

  it('waits a while and no more where nobody can tell', async () => {
    const { world, events } = fakeWorld({ steps, noOpen: true, containers: old });
    await containerDrain.settle?.(drain, world);
    expect(events[0]?.data).toMatchObject({ ms: 2_000, by: 'time' });
    const long = fakeWorld({ steps, noOpen: true, containers: old });
    await containerDrain.settle?.({ ...drain, timeoutMs: 30_000 }, long.world);
    expect(long.events[0]?.data).toMatchObject({ ms: 5_000, by: 'time' });
  });

  it('has nothing to wait for where the old ones are gone or stopped', async () => {
    for (const containers of [[], [{ id: 'old', status: 'exited' as const }]]) {
      const { world, events } = fakeWorld({ steps, noOpen: true, containers });
      await containerDrain.settle?.(drain, world);
      expect(events[0]?.data).toMatchObject({ ms: 200, left: 0 });
      expect(await containerDrain.done(drain, world)).toBe(true);
    }
  });

  it('is done when nothing is open', async () => {
    const { world, counts } = fakeWorld({ steps });
    counts([0]);
    expect(await containerDrain.done(drain, world)).toBe(true);
    counts([1]);
    expect(await containerDrain.done(drain, world)).toBe(false);
  });
});
