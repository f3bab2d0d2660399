import { describe, expect, it } from '@jest/globals';
import { localSocket } from '../../src/actions/socket.js';
import { urlsOf } from '../../src/actions/urls.js';
import type { Desired } from '../../src/compose/model.js';

const location = { file: 'stagecraft.yml', line: 1, column: 1 };
const desired = (http: number, ...routes: { host?: string; path?: string }[]): Pick<Desired, 'routes' | 'proxy'> => ({
  routes: routes.map((route) => ({ ...route, service: 'web', port: 80, location })),
  proxy: { provider: 'p', package: 'p@1', listen: { http, https: 443 }, config: {} },
});

describe('CLI_STATUS: the public addresses of routes', () => {
  it('are those that a person would open, each once, in order', () => {
    expect(urlsOf(desired(8080, { path: '/api' }, {}, { host: 'shop.example.com' }, {}), [{}])).toEqual(['http://localhost:8080/', 'http://localhost:8080/api', 'http://shop.example.com:8080/']);
    expect(urlsOf(desired(80, {}), [{}])).toEqual(['http://localhost/']);
    expect(urlsOf(undefined, [{}])).toEqual([]);
  });

  it('are at each host that is not this machine; a name is everywhere the same', () => {
    expect(urlsOf(desired(8080, {}, { host: 'shop.example.com' }), [{ address: '203.0.113.10' }, { address: '2001:db8::1' }])).toEqual(['http://203.0.113.10:8080/', 'http://[2001:db8::1]:8080/', 'http://shop.example.com:8080/']);
  });
});

describe('CLI_DEPLOY: the engine that driver local means', () => {
  it('is the one of DOCKER_HOST, else of the default socket', () => {
    expect(localSocket({})).toBe('/var/run/docker.sock');
    expect(localSocket({ DOCKER_HOST: '' })).toBe('/var/run/docker.sock');
    expect(localSocket({ DOCKER_HOST: 'unix:///run/x.sock' })).toBe('/run/x.sock');
  });

  it('is not on another machine', () => {
    for (const host of ['tcp://127.0.0.1:2375', 'ssh://host']) expect(() => localSocket({ DOCKER_HOST: host })).toThrow(expect.objectContaining({ code: 'SC3503', kind: 'user' }));
  });
});
