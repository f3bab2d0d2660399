import { describe, expect, it } from '@jest/globals';
import type { Action } from '../../src/plan/types.js';
import { routeAdmit } from '../../src/steps/route-admit.js';
import { routeApply } from '../../src/steps/route-apply.js';
import { routeRetire } from '../../src/steps/route-retire.js';
import { fakeWorld, silent, table, target } from './world.js';

const [old, both, next] = [table('web-r1-1'), table('web-r1-1', 'web-r2-1'), table('web-r2-1')];
const admit: Extract<Action, { kind: 'route.admit' }> = { kind: 'route.admit', service: 'web', edge: { network: 'shop-prod-edge', aliases: ['web-r2-1'] }, from: old, to: both, acknowledgeMs: 1_000 };
const retire: Extract<Action, { kind: 'route.retire' }> = { kind: 'route.retire', service: 'web', from: both, to: next, acknowledgeMs: 1_000 };
const onEdge = { networks: { 'shop-prod-edge': { address: '198.51.100.3', aliases: ['web-r2-1'] } } };

describe('DEPLOY_ROLLOUT: route.admit', () => {
  it('joins the new containers under their names before the files say them, under the proxy’s lock', async () => {
    expect(await routeAdmit.script?.(admit, fakeWorld().world)).toMatchSnapshot();
  });

  it('is done when every new container is on the edge and the proxy lists exactly old and new', async () => {
    const { world, lists } = fakeWorld({ containers: [onEdge] });
    lists([target('web-r1-1')]);
    expect(await routeAdmit.done(admit, world)).toBe(false);
    lists([target('web-r1-1'), target('web-r2-1')]);
    expect(await routeAdmit.done(admit, world)).toBe(true);
    for (const containers of [[], [{}], [onEdge, onEdge]]) {
      const other = fakeWorld({ containers });
      other.lists([target('web-r1-1'), target('web-r2-1')]);
      expect(await routeAdmit.done(admit, other.world)).toBe(false);
    }
  });

  it('waits for the proxy and tells how long that took', async () => {
    const { world, events, waits, lists } = fakeWorld({ containers: [onEdge] });
    lists([target('web-r1-1'), target('web-r2-1')]);
    await routeAdmit.settle?.(admit, world);
    expect(waits).toEqual(['acme to list the targets of web']);
    expect(events).toEqual([{ type: 'step', code: 'SC4250', data: { host: 'local', proxy: 'acme', services: ['web'], targets: ['web-r1-1', 'web-r2-1'], ms: 0 } }]);
  });

  it('fails with old still listed where the proxy does not acknowledge', async () => {
    const { world, lists } = fakeWorld();
    lists([target('web-r1-1')]);
    await expect(routeAdmit.settle?.(admit, world)).rejects.toMatchObject({ code: 'SC4201', kind: 'external' });
  });

  it('is taken back by the table before, and disconnects nobody', async () => {
    const { world, lists } = fakeWorld();
    const script = (await routeAdmit.undo?.script?.(admit, world)) ?? '';
    expect(script).toContain("'web-r1-1+web-r2-1 -> web-r1-1'");
    expect(script).not.toContain('disconnect');
    lists([target('web-r1-1')]);
    expect(await routeAdmit.undo?.done(admit, world)).toBe(true);
    await routeAdmit.undo?.settle?.(admit, world);
  });
});

describe('route.retire', () => {
  it('writes the table without old and touches no network', async () => {
    const script = (await routeRetire.script?.(retire, fakeWorld().world)) ?? '';
    expect(script).toContain("'web-r1-1+web-r2-1 -> web-r2-1'");
    expect(script).not.toContain('docker network');
  });

  it('is done when the proxy lists new alone', async () => {
    const { world, lists } = fakeWorld();
    lists([target('web-r1-1'), target('web-r2-1')]);
    expect(await routeRetire.done(retire, world)).toBe(false);
    lists([target('web-r1-1', 'draining'), target('web-r2-1')]);
    expect(await routeRetire.done(retire, world)).toBe(true);
  });

  it('is not done while the table of the host is the one before: its script died between the files and the data', async () => {
    const { world, lists, holds } = fakeWorld();
    lists([target('web-r2-1')]);
    holds(both);
    expect(await routeRetire.done(retire, world)).toBe(false);
    holds(next);
    expect(await routeRetire.done(retire, world)).toBe(true);
  });

  it('is taken back with the old ones on the edge again before the files name them', async () => {
    const stop = { kind: 'container.stop' as const, service: 'web', ids: [{ id: 'abc', name: 'shop-prod-web-1', restartPolicy: 'always', aliases: ['web-r1-1'] }], graceMs: 10_000, edge: 'shop-prod-edge', rename: false };
    const { world } = fakeWorld({ steps: [{ host: 'local', action: stop }, { host: 'other', action: { ...stop, ids: [{ ...stop.ids[0]!, id: 'elsewhere' }] } }] });
    const script = (await routeRetire.undo?.script?.(retire, world)) ?? '';
    expect(script).toContain('joined shop-prod-edge abc || docker network connect --alias web-r1-1 shop-prod-edge abc');
    expect(script).not.toContain('elsewhere');
    expect(script.indexOf('docker network connect --alias')).toBeLessThan(script.indexOf('acme reload'));
  });
});

describe('route.apply', () => {
  const apply = { kind: 'route.apply' as const, from: { ...old, targets: [...old.targets, { id: 'gone-r1-1', service: 'gone', port: 80, state: 'in' as const }] }, to: old, acknowledgeMs: 1_000 };

  it('is done when the services of both tables are as the new one says', async () => {
    const { world, lists } = fakeWorld();
    lists([target('web-r1-1'), { id: 'gone-r1-1', service: 'gone', port: 80, state: 'in' }]);
    expect(await routeApply.done(apply, world)).toBe(false);
    expect(await routeApply.undo?.done(apply, world)).toBe(true);
    lists([target('web-r1-1')]);
    expect(await routeApply.done(apply, world)).toBe(true);
    expect(await routeApply.undo?.done(apply, world)).toBe(false);
  });

  it('is not done while the proxy cannot be asked', async () => {
    const { world, lists } = fakeWorld();
    lists(silent);
    expect(await routeApply.done(apply, world)).toBe(false);
  });
});

describe('a step of routes', () => {
  it('without a proxy is a bug, told as one', () => {
    const { world } = fakeWorld();
    expect(() => routeRetire.script?.(retire, { ...world, proxy: undefined })).toThrow(expect.objectContaining({ code: 'SC4207', kind: 'bug' }));
  });
});
