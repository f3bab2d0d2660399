import { describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { backendName, markerOf, prefixOf } from '../src/names.js';
import proxy from '../src/proxy.js';
import { readScript } from '../src/read-script.js';
import { runtimeScript } from '../src/runtime-script.js';
import { config, place, table, web } from './tables.js';

const few = { ...config, slots: 3 };

describe('DEPLOY_ROLLOUT: what HAProxy is told', () => {
  it('names backends by their owner, and keeps free slots that an address can be given to', () => {
    const to = table([web, { host: 'shop.example.com', path: '/api/', service: 'api', port: 3000 }], ['web-r1-2', 'web-r1-1']);
    const { files, remove } = proxy.change(few, place, undefined, to);
    expect(remove).toEqual([]);
    expect(files.map(({ path, content }) => `${path}\n${content}`).join('\n')).toMatchSnapshot();
  });

  it('runs one command that asks before it changes, with every target that gets requests', () => {
    const { run } = proxy.change(config, place, undefined, table([web, { path: '/a', service: 'web', port: 4000 }], ['web-r1-1']));
    expect(run.map(({ argv }) => argv.map((word) => (word === runtimeScript ? 'SCRIPT' : word)))).toEqual([
      ['docker', 'exec', 'stagecraft-proxy', 'sh', '-c', 'SCRIPT', 'sh', 'apply', '8405', 'stagecraft-proxy', 'shop:prod:', expect.stringMatching(/^shop:prod::[0-9a-f]{12}$/), 'shop:prod:web:3000', 'web-r1-1', '3000'],
    ]);
  });

  it('leaves a reaper behind only where a target leaves', () => {
    const modes = (from: string[], to: string[]): (string | undefined)[] => proxy.change(config, place, table([web], from), table([web], to)).run.map(({ argv }) => argv.slice(argv.indexOf(runtimeScript))[2]);
    expect(modes(['web-r1-1'], ['web-r1-1', 'web-r2-1'])).toEqual(['apply']);
    expect(modes(['web-r1-1', 'web-r2-1'], ['web-r2-1'])).toEqual(['apply', 'reap']);
    expect(proxy.change(config, place, table([web], ['web-r1-1']), table([web])).run[1]?.argv).toContain('-d');
  });

  it('takes the files away where nothing is routed any more', () => {
    for (const to of [undefined, table([])]) {
      const { files, remove, run } = proxy.change(config, place, table([web], ['web-r1-1']), to);
      expect({ files, remove, marker: run[0]?.argv.at(-1) }).toEqual({ files: [], remove: ['routes/shop-prod.cfg', 'routes/shop-prod.map'], marker: '' });
    }
    expect(proxy.change(config, place, undefined, undefined)).toEqual({ files: [], remove: [], run: [] });
  });

  it('has as many slots as a rollout of all targets needs', () => {
    const slots = (count: number): number => (proxy.change(few, place, undefined, table([web], Array.from({ length: count }, (_, n) => `web-r1-${n}`))).files[0]?.content.match(/^ {2}server /gm) ?? []).length;
    expect([0, 1, 2, 5].map(slots)).toEqual([3, 3, 4, 10]);
  });

  it('says the same for the same table in any order', () => {
    const routes = [web, { path: '/a', service: 'web', port: 3000 }, { host: 'x.test', service: 'api', port: 3000 }];
    const ids = ['web-r1-1', 'web-r1-2', 'api-r1-1'];
    expect(proxy.change(config, place, undefined, table([...routes].reverse(), [...ids].reverse()))).toEqual(proxy.change(config, place, undefined, table(routes, ids)));
  });

  it('CLI_MAINTENANCE: leads every route to the page while there is maintenance, keeps its targets, and reloads for another page', () => {
    const open = table([web, { path: '/a', service: 'web', port: 3000 }], ['web-r1-1']);
    const shut = { ...open, maintenance: { page: 'maintenance/shop-prod.html', digest: 'd1', retryAfter: 120, since: '', by: '' } };
    const { files } = proxy.change(few, place, open, shut);
    const marker = markerOf(shut) ?? '';
    expect(files[1]?.content.split('\n').filter((line) => line.startsWith('*'))).toEqual([`*/ ${marker}`, `*/a/ ${marker}`]);
    expect(files[0]?.content).toContain(`backend ${marker}\n  http-request return status 503 content-type "text/html; charset=utf-8" hdr Cache-Control no-store hdr Retry-After 120 file /etc/stagecraft/maintenance/shop-prod.html\n`);
    expect(files[0]?.content).toContain('server s1 web-r1-1:3000');
    const other = { ...shut, maintenance: { ...shut.maintenance, digest: 'd2' } };
    expect(new Set([open, shut, other].map(markerOf)).size).toBe(3);
    expect(proxy.change(few, place, shut, open)).toEqual(proxy.change(few, place, undefined, open));
  });

  it('marks what needs a reload: routes, not targets', () => {
    const other = { path: '/a', service: 'web', port: 3000 };
    expect(markerOf(table([web], ['web-r1-1']))).toBe(markerOf(table([web], ['web-r2-1'])));
    expect(markerOf(table([web, other]))).toBe(markerOf(table([other, web])));
    expect(new Set([[web], [other], [web, other], [{ ...web, port: 4 }], [{ ...web, host: 'a.test' }]].map((routes) => markerOf(table(routes)))).size).toBe(5);
    expect(markerOf(table([]))).toBeUndefined();
  });

  it('gives no two owners a backend of one beginning, and only names that HAProxy takes', () => {
    const identifier = fc.stringMatching(/^[a-z0-9][a-z0-9_.-]{0,5}$/);
    fc.assert(
      fc.property(identifier, identifier, identifier, identifier, identifier, (a, b, c, d, service) => {
        fc.pre(a !== c || b !== d);
        const name = backendName({ project: a, environment: b }, { service, port: 1 });
        expect(name.startsWith(prefixOf({ project: c, environment: d }))).toBe(false);
        expect(name).toMatch(/^[A-Za-z0-9_.:-]+$/);
      }),
    );
  });

  it('lets no text of a route into a line of its own', () => {
    const { files } = proxy.change(config, place, undefined, table([{ path: '/a\n*/ evil b', service: 'web', port: 3000 }]));
    expect(files[1]?.content.trim().split('\n')).toHaveLength(2);
    expect(files[1]?.content).toContain('*/a%0A*/%20evil%20b/ shop:prod:web:3000\n');
  });
});

describe('how HAProxy is run', () => {
  it('its runtime API is on loopback in the container, and only the public port is published', () => {
    const service = proxy.service(config, place);
    expect({ ...service, files: service.files.map(({ path }) => path) }).toMatchSnapshot();
    expect(service.files[0]?.content).toMatchSnapshot();
  });

  it('the runtime API keeps clear of the public ports', () => {
    const at = (http: number, https: number): string => proxy.service(config, { ...place, listen: { http, https } }).command.join(' ');
    expect(at(80, 443)).toContain('127.0.0.1:8405');
    expect(at(8405, 8406)).toContain('127.0.0.1:8407');
  });

  it('believes forwarded headers of nobody, or of those that the config names', () => {
    const base = (trusted_ips: string[]): string => proxy.service({ ...config, trusted_ips }, place).files[0]?.content ?? '';
    expect(base([])).toContain('  http-request del-header X-Forwarded-For\n');
    expect(base(['203.0.113.0/24'])).toContain('  http-request del-header X-Forwarded-For unless { src 203.0.113.0/24 }\n');
  });

  it.each([
    ['runtime script', runtimeScript],
    ['read script', readScript],
  ])('the %s is plain sh', (_name, script) => {
    expect(spawnSync('sh', ['-n'], { input: script, encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
    expect(script).not.toContain('undefined');
    expect(script).not.toContain('${');
  });
});
