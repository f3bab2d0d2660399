import { describe, expect, it } from '@jest/globals';
import type { Scope } from '../../src/hosts/scope.js';
import type { Containers, ContainerState } from '../../src/ports/containers.js';
import { gatewayPlaceholder, placeOf, placeOn } from '../../src/routes/place.js';

const scope: Scope = { root: '/state', folder: '/state/shop/prod', proxyProject: 'stagecraft-proxy', proxyNetwork: '00stagecraft', proxyContainer: 'stagecraft-proxy', edge: 'shop-prod-edge', dir: '01234567' };
const own: Scope = { ...scope, proxyProject: 'stagecraft-proxy-01234567', proxyNetwork: '00stagecraft-01234567', proxyContainer: 'stagecraft-proxy-01234567' };
const settings = { listen: { http: 8080, https: 8443 } };
const recorded = { format: 1, provider: 'acme', listen: { http: 80, https: 443 }, apiPort: 9001 } as const;

/** A host with these listening sockets, and what else is there. */
function host(init: { scope?: Scope; listening?: readonly number[]; record?: object; proxy?: boolean; gateway?: string }): Parameters<typeof placeOn>[0] {
  const rows = (init.listening ?? []).map((port, n) => `   ${n}: 0100007F:${port.toString(16).toUpperCase().padStart(4, '0')} 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1`);
  const used = init.scope ?? scope;
  return {
    scope: used,
    containers: {
      list: () => Promise.resolve(init.proxy ? [{} as ContainerState] : []),
      networks: () => Promise.resolve(init.gateway ? [{ name: 'other', id: '1', labels: {}, gateway: '198.51.100.9' }, { name: used.proxyNetwork, id: '2', labels: {}, gateway: init.gateway }] : []),
    } as unknown as Containers,
    files: { read: () => Promise.resolve(init.record ? JSON.stringify(init.record) : undefined), write: () => Promise.resolve(), list: () => Promise.resolve([]) },
    shell: { run: () => Promise.resolve({ exitCode: 0, stdout: ['  sl  local_address rem_address   st', ...rows, '   9: 0100007F:1F93 0100007F:1F92 01 0'].join('\n'), stderr: '' }), start: () => Promise.resolve() },
  };
}

describe('DEPLOY_ROLLOUT: where a proxy is', () => {
  it('its API is on 8082, and elsewhere on a port that the state folder gives', () => {
    expect(placeOf(scope, settings, '198.51.100.1')).toEqual({ listen: settings.listen, apiPort: 8082, gateway: '198.51.100.1', container: 'stagecraft-proxy' });
    const port = placeOf(own, settings, '').apiPort;
    expect(port).toBe(placeOf(own, settings, '').apiPort);
    expect(port).toBeGreaterThanOrEqual(20_000);
    expect(port).toBeLessThan(28_000);
    expect(placeOf({ ...own, dir: '76543210' }, settings, '').apiPort).not.toBe(port);
  });

  it('is where it was made, whatever the settings say now', async () => {
    expect(await placeOn(host({ record: recorded, proxy: true, gateway: '198.51.100.1', listening: [9001] }), settings)).toEqual({ listen: recorded.listen, apiPort: 9001, gateway: '198.51.100.1', container: 'stagecraft-proxy' });
  });

  it('is where the settings say once it is gone', async () => {
    expect(await placeOn(host({ record: recorded }), settings)).toEqual({ listen: settings.listen, apiPort: 9001, gateway: gatewayPlaceholder, container: 'stagecraft-proxy' });
  });

  it('takes no port that somebody listens on, nor a public one', async () => {
    expect((await placeOn(host({ listening: [8082, 8083] }), settings)).apiPort).toBe(8084);
    expect((await placeOn(host({ listening: [8082] }), { listen: { http: 8083, https: 8084 } })).apiPort).toBe(8085);
    expect((await placeOn(host({}), settings)).apiPort).toBe(8082);
  });
});
