import { describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { parse } from 'yaml';
import proxy from '../src/proxy.js';
import { pathOf } from '../src/names.js';
import { priorityOf, ruleOf } from '../src/rule.js';
import { config, place, table, web } from './tables.js';

const description = new URL('../../../../shared/contracts/traefik-v3-file-provider.json', import.meta.url);

describe('CLI_MAINTENANCE: what Traefik is told', () => {
  it('answers in the place of every service, and keeps the targets', () => {
    const open = table([web, { path: '/a', service: 'web', port: 3000 }], ['web-r1-1']);
    const shut = { ...open, maintenance: { page: 'maintenance/shop-prod.html', digest: 'd'.repeat(64), retryAfter: 120, since: '', by: '' } };
    const name = 'shop:prod:maintenance:dddddddddddd:120';
    const { http } = parse(proxy.change(config, place, open, shut).files[0]?.content ?? '') as { http: { routers: Record<string, { service: string; middlewares: string[] }>; services: object; middlewares: Record<string, unknown> } };
    expect(Object.values(http.routers).map(({ service, middlewares }) => [service, ...middlewares])).toEqual(Array(2).fill(['shop:prod:web:3000', name]));
    expect(http.middlewares).toEqual({ [name]: { plugin: { 'stagecraft-maintenance': { Page: '/etc/stagecraft/maintenance/shop-prod.html', Digest: 'd'.repeat(64), RetryAfter: '120' } } } });
    expect(JSON.stringify(http.services)).toContain('http://web-r1-1:3000');
    expect(proxy.change(config, place, shut, open)).toEqual(proxy.change(config, place, undefined, open));
  });
});

describe('DEPLOY_ROLLOUT: what Traefik is told', () => {
  it('names routers and services by their owner, and only targets that get requests', () => {
    const to = table([web, { host: 'shop.example.com', path: '/api/', service: 'api', port: 3000 }], ['web-r1-2', 'web-r1-1', 'api-r1-1']);
    const draining = { ...to, targets: [...to.targets, { id: 'web-r0-1', service: 'web', port: 3000, state: 'draining' as const }] };
    expect(proxy.change(config, place, undefined, draining)).toEqual({ files: [{ path: 'shop-prod.yml', content: expect.any(String) }], remove: [], run: [] });
    expect(proxy.change(config, place, undefined, draining).files[0]?.content).toMatchInlineSnapshot(`
"# Written by Stagecraft: routes of shop, environment prod. Changes are lost at the next deploy.
http:
  routers:
    "shop:prod:/":
      entryPoints: ["web"]
      rule: "PathPrefix(\`/\`)"
      priority: 1
      service: "shop:prod:web:3000"
    "shop:prod:shop.example.com/api":
      entryPoints: ["web"]
      rule: "Host(\`shop.example.com\`) && (Path(\`/api\`) || PathPrefix(\`/api/\`))"
      priority: 100004
      service: "shop:prod:api:3000"
  services:
    "shop:prod:api:3000":
      loadBalancer:
        passHostHeader: true
        servers:
          - url: "http://api-r1-1:3000"
    "shop:prod:web:3000":
      loadBalancer:
        passHostHeader: true
        servers:
          - url: "http://web-r1-1:3000"
          - url: "http://web-r1-2:3000"
"
`);
  });

  it('keeps a service without a target, so that it answers 503 and not 404', () => {
    const content = proxy.change(config, place, table([web], ['web-r1-1']), table([web])).files[0]?.content ?? '';
    expect(parse(content)).toMatchObject({ http: { services: { 'shop:prod:web:3000': { loadBalancer: { servers: [] } } } } });
  });

  it('takes the file away where nothing is routed any more', () => {
    const gone = { files: [], remove: ['shop-prod.yml'], run: [] };
    expect(proxy.change(config, place, table([web]), undefined)).toEqual(gone);
    expect(proxy.change(config, place, table([web]), table([]))).toEqual(gone);
    expect(proxy.change(config, place, undefined, undefined)).toEqual({ files: [], remove: [], run: [] });
  });

  it('says the same for the same table in any order', () => {
    const routes = [web, { path: '/a', service: 'web', port: 3000 }, { host: 'x.test', service: 'api', port: 3000 }];
    const ids = ['web-r1-1', 'web-r1-2', 'api-r1-1'];
    const once = proxy.change(config, place, undefined, table(routes, ids));
    expect(proxy.change(config, place, undefined, table([...routes].reverse(), [...ids].reverse()))).toEqual(once);
  });

  it('gives no two owners a router or service of one name, whatever they are called', () => {
    const identifier = fc.stringMatching(/^[a-z0-9][a-z0-9_.-]{0,5}$/);
    const names = (owner: { project: string; environment: string }, service: string): string[] => {
      const { http } = parse(proxy.change(config, place, undefined, table([{ service, port: 3000 }], [], owner)).files[0]?.content ?? '') as { http: { routers: object; services: object } };
      return [...Object.keys(http.routers), ...Object.keys(http.services)];
    };
    fc.assert(
      fc.property(identifier, identifier, identifier, identifier, identifier, identifier, (a, b, c, d, e, f) => {
        fc.pre(a !== c || b !== d);
        const first = new Set(names({ project: a, environment: b }, e));
        expect(names({ project: c, environment: d }, f).filter((name) => first.has(name))).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it('writes YAML that reads back to the same host and path, whatever is in them', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 20 }), (text) => {
        const route = { path: `/${text}`, service: 'web', port: 3000 };
        const read = parse(proxy.change(config, place, undefined, table([route])).files[0]?.content ?? '') as { http: { routers: Record<string, { rule: string }> } };
        expect(Object.values(read.http.routers).map(({ rule }) => rule)).toEqual([ruleOf(route)]);
      }),
    );
  });

  const known = existsSync(description);
  (known ? it : it.skip)(`is valid by Traefik's own schema${known ? '' : ' [skipped: the vendor’s schema is not beside this checkout]'}`, () => {
    const validate = new Ajv({ strict: false, allErrors: true }).compile(JSON.parse(readFileSync(description, 'utf8')) as object);
    const files = [
      // The schema wants a server in every service; Traefik itself takes an empty list (the engine tests ask it).
      ...proxy.change(config, place, undefined, table([web, { host: 'a.test', path: '/x', service: 'api', port: 3000 }], ['web-r1-1', 'api-r1-1'])).files,
      ...proxy.service(config, place).files,
    ];
    for (const file of files.filter(({ path }) => path.endsWith('.yml'))) {
      const valid = validate(parse(file.content));
      expect(validate.errors ?? []).toEqual([]);
      expect(valid).toBe(true);
    }
    expect(validate({ http: { routers: { x: { rule: 1 } } } })).toBe(false);
  });
});

describe('which route a request takes', () => {
  it.each([
    ['/api', 'Path(`/api`) || PathPrefix(`/api/`)'],
    ['/api/', 'Path(`/api`) || PathPrefix(`/api/`)'],
    ['/', 'PathPrefix(`/`)'],
    [undefined, 'PathPrefix(`/`)'],
  ])('the path %s means whole segments', (path, rule) => {
    expect(ruleOf({ ...(path === undefined ? {} : { path }), service: 'web', port: 1 })).toContain(rule);
  });

  it('a longer path goes first, and a host before every path without one', () => {
    const order = [{ host: 'a.test', path: '/x/y' }, { host: 'a.test', path: '/x' }, { host: 'a.test' }, { path: `/${'long'.repeat(200)}` }, { path: '/x' }, {}].map((rule) => ({ ...rule, service: 'web', port: 1 }));
    const byPriority = [...order].sort((a, b) => priorityOf(b) - priorityOf(a));
    expect(byPriority).toEqual(order);
    expect(new Set(order.map(priorityOf)).size).toBe(order.length);
    expect(order.every((rule) => priorityOf(rule) > 0)).toBe(true);
  });

  it('a path keeps its text but for slashes at its end', () => {
    expect(['/', '/a', '/a/', '/a//', '/a/b/'].map((path) => pathOf({ path, service: 'web', port: 1 }))).toEqual(['/', '/a', '/a', '/a', '/a/b']);
  });
});
