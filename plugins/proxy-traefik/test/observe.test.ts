import { describe, expect, it } from '@jest/globals';
import type { Context } from '../../../packages/core/src/plugin-api/index.js';
import type { Config } from '../src/config.js';
import proxy from '../src/proxy.js';
import { contextOf, place, table, web } from './tables.js';

const router = { name: 'shop:prod:/@file', rule: 'PathPrefix(`/`)', service: 'shop:prod:web:3000', status: 'enabled' };
const service = { name: 'shop:prod:web:3000@file', loadBalancer: { servers: [{ url: 'http://web-r1-1:3000' }, { url: 'http://web-r2-1:3000' }] } };

function api(routers: readonly object[], services: readonly object[], perPage = 100): Context<Config> {
  return contextOf((url) => {
    const all = url.pathname.endsWith('/routers') ? routers : services;
    const page = Number(url.searchParams.get('page'));
    const next = page * perPage < all.length ? page + 1 : 1;
    return Response.json(all.slice((page - 1) * perPage, page * perPage), { headers: { 'x-next-page': String(next) } });
  });
}

describe('DEPLOY_ROLLOUT: what Traefik routes to', () => {
  it('is exactly the servers that its API lists', async () => {
    expect(await proxy.observe(api([router], [service]), 'local', place, table([web], ['web-r9-1']))).toEqual([
      { id: 'web-r1-1', service: 'web', port: 3000, state: 'in' },
      { id: 'web-r2-1', service: 'web', port: 3000, state: 'in' },
    ]);
  });

  it('is nothing where the list is empty or absent', async () => {
    for (const loadBalancer of [{ servers: [] }, { servers: null }, {}]) expect(await proxy.observe(api([router], [{ ...service, loadBalancer }]), 'local', place, table([web]))).toEqual([]);
  });

  it('leaves out what is another owner’s or another provider’s', async () => {
    const others = [{ ...service, name: 'shop:prod2:web:3000@file' }, { ...service, name: 'shop:prod:web:3000@docker' }, { name: 'api@internal' }];
    expect(await proxy.observe(api([router, { ...router, name: 'shop:prod2:/@file' }], others), 'local', place, table([web]))).toEqual([]);
  });

  it('reads every page', async () => {
    const many = Array.from({ length: 7 }, (_, n) => ({ name: `shop:prod:web:${3000 + n}@file`, loadBalancer: { servers: [{ url: `http://web-r1-1:${3000 + n}` }] } }));
    const seen = await proxy.observe(api([router], many, 2), 'local', place, table([web]));
    expect(seen.map(({ port }) => port)).toEqual([3000, 3001, 3002, 3003, 3004, 3005, 3006]);
  });

  it.each([
    ['a route is missing', [], 'the route */ to web is not loaded'],
    ['a rule is another', [{ ...router, rule: 'PathPrefix(`/old`)' }], 'the route */ to web is not loaded'],
    ['a service is another', [{ ...router, service: 'shop:prod:web:4000' }], 'the route */ to web is not loaded'],
    ['a route is too many', [router, { ...router, name: 'shop:prod:/old@file' }], 'the router shop:prod:/old is still loaded'],
  ])('is not told while %s', async (_what, routers, why) => {
    await expect(proxy.observe(api(routers, [service]), 'local', place, table([web]))).rejects.toMatchObject({ code: 'traefik/routes', kind: 'external', message: expect.stringContaining(why) });
  });

  it('says why Traefik refuses a route', async () => {
    const refused = { ...router, status: 'disabled', error: ['the service "x" does not exist'] };
    await expect(proxy.observe(api([refused], []), 'local', place, table([web]))).rejects.toMatchObject({ code: 'traefik/router', message: expect.stringContaining('the service "x" does not exist') });
  });

  it.each([
    ['answers 404', () => new Response('404 page not found', { status: 404 }), 'it answers 404: something else listens there'],
    ['answers 500', () => new Response('oh', { status: 500 }), 'it answers 500 oh'],
    ['answers no JSON', () => new Response('<html>'), 'what it says is no list'],
    ['answers an object', () => Response.json({}), 'what it says is no list'],
    ['refuses', () => Promise.reject(Object.assign(new TypeError('fetch failed'), { cause: new Error('connect ECONNREFUSED 127.0.0.1:8082') })), 'connect ECONNREFUSED 127.0.0.1:8082'],
  ])('is an external failure where the API %s', async (_what, answer, why) => {
    await expect(proxy.observe(contextOf(answer), 'local', place, table([web]))).rejects.toMatchObject({ code: 'traefik/api', kind: 'external', next: ['docker logs stagecraft-proxy'], message: expect.stringContaining(why) });
  });
});
