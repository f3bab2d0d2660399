import { describe, expect, it } from '@jest/globals';
import { edgeEnsure } from '../../src/steps/edge-ensure.js';
import { edgeRemove } from '../../src/steps/edge-remove.js';
import { proxyEnsure } from '../../src/steps/proxy-ensure.js';
import { fakeWorld, silent } from './world.js';

const ensure = { kind: 'proxy.ensure' as const, provider: 'acme' };
const edge = { kind: 'edge.ensure' as const, network: 'shop-prod-edge' };
const remove = { kind: 'edge.remove' as const, network: 'shop-prod-edge' };

describe('DEPLOY_ROLLOUT: proxy.ensure', () => {
  it('is done when the proxy runs and answers', async () => {
    const up = fakeWorld({ containers: [{}] });
    expect(await proxyEnsure.done(ensure, up.world)).toBe(true);
    up.lists(silent);
    expect(await proxyEnsure.done(ensure, up.world)).toBe(false);
    expect(await proxyEnsure.done(ensure, fakeWorld({ containers: [{ status: 'exited' }] }).world)).toBe(false);
    expect(await proxyEnsure.done(ensure, fakeWorld().world)).toBe(false);
  });

  it('fails with the last lines of a proxy that does not come up', async () => {
    const { world, waits, lists } = fakeWorld({ containers: [{ status: 'restarting' }] });
    lists(silent);
    await expect(proxyEnsure.settle?.(ensure, world)).rejects.toMatchObject({
      code: 'SC4206',
      kind: 'external',
      message: 'The proxy acme on local does not answer 30 s after its start: its container is restarting. acme does not answer.',
      next: ['docker logs stagecraft-proxy'],
      tail: ['the last line'],
    });
    expect(waits).toEqual(['acme to answer']);
  });

  it('tells a bug of the provider as one', async () => {
    const { world, lists } = fakeWorld({ containers: [{}] });
    lists(new TypeError('x is undefined'));
    await expect(proxyEnsure.settle?.(ensure, world)).rejects.toThrow(TypeError);
  });
});

describe('an edge', () => {
  it('is there when the proxy is on it', async () => {
    expect(await edgeEnsure.done(edge, fakeWorld().world)).toBe(false);
    expect(await edgeEnsure.done(edge, fakeWorld({ containers: [{}] }).world)).toBe(false);
    expect(await edgeEnsure.done(edge, fakeWorld({ containers: [{ networks: { 'shop-prod-edge': { address: '', aliases: [] } } }] }).world)).toBe(true);
  });

  it('is recorded before the proxy joins it, and has no way out', async () => {
    const script = (await edgeEnsure.script?.(edge, fakeWorld().world)) ?? '';
    expect(script).toMatchSnapshot();
    expect(script.indexOf('/edges/shop-prod-edge')).toBeLessThan(script.indexOf('\njoin shop-prod-edge stagecraft-proxy'));
  });

  it('goes after the proxy left it', async () => {
    const script = (await edgeRemove.script?.(remove, fakeWorld().world)) ?? '';
    expect(script.indexOf('\nleave shop-prod-edge stagecraft-proxy')).toBeLessThan(script.indexOf('docker network rm shop-prod-edge'));
    expect(await edgeRemove.done(remove, fakeWorld({ networks: ['00stagecraft', 'shop-prod-edge'] }).world)).toBe(false);
    expect(await edgeRemove.done(remove, fakeWorld({ networks: ['00stagecraft'] }).world)).toBe(true);
  });
});
