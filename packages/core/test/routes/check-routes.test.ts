import { describe, expect, it } from '@jest/globals';
import type { Scope } from '../../src/hosts/scope.js';
import type { HostFiles, RouteTable } from '../../src/plugin-api/index.js';
import { checkRoutes, readTables, type WantedRoutes } from '../../src/routes/check-routes.js';

const scope: Scope = { root: '/state', folder: '/state/shop/prod', proxyProject: 'stagecraft-proxy', proxyNetwork: '00stagecraft', proxyContainer: 'stagecraft-proxy', edge: 'shop-prod-edge', dir: '01234567' };

function filesOf(contents: Readonly<Record<string, unknown>>): HostFiles {
  return {
    read: (path) => Promise.resolve(path in contents ? JSON.stringify(contents[path]) : undefined),
    write: () => Promise.reject(new Error('a check writes nothing')),
    list: (folder) => Promise.resolve(Object.keys(contents).flatMap((path) => (path.startsWith(`${folder}/`) ? [path.slice(folder.length + 1)] : []))),
  };
}

const blog: RouteTable = { project: 'blog', environment: 'prod', routes: [{ host: 'blog.test', service: 'site', port: 80 }, { path: '/api/', service: 'api', port: 80 }], targets: [] };
const record = { format: 1, provider: 'acme', listen: { http: 80, https: 443 }, apiPort: 8082 };
const host = filesOf({ '/state/proxy/tables/blog-prod.json': blog, '/state/proxy/place.json': record });
const location = { file: 'stagecraft.yml', line: 7, column: 5 };
const wanted = (routes: WantedRoutes['routes'], more: Partial<WantedRoutes> = {}): WantedRoutes => ({ project: 'shop', environment: 'prod', routes, proxy: { provider: 'acme', listen: { http: 80, https: 443 } }, ...more });
const web = { service: 'web', port: 3000 };

describe('DEPLOY_ROLLOUT: the routes of a host', () => {
  it('may be many, where no two are the same', async () => {
    expect(await checkRoutes(host, scope, wanted([web, { ...web, host: 'shop.test' }, { ...web, host: 'blog.test', path: '/shop' }, { ...web, path: '/apis' }]))).toEqual([]);
    expect(await checkRoutes(filesOf({}), scope, wanted([web]))).toEqual([]);
  });

  it('name the owner of one that is taken, at its line', async () => {
    expect(await checkRoutes(host, scope, wanted([{ ...web, host: 'blog.test', location }, { ...web, path: '/api' }]))).toEqual([
      { severity: 'error', code: 'SC4203', message: 'The route blog.test/ to web is taken: project blog, environment prod routes it to site.', next: ['Give the route another host or path.'], service: 'web', location },
      { severity: 'error', code: 'SC4203', message: 'The route */api to web is taken: project blog, environment prod routes it to api.', next: ['Give the route another host or path.'], service: 'web' },
    ]);
  });

  it('may be the ones that the owner has already', async () => {
    expect(await checkRoutes(host, scope, wanted(blog.routes, { project: 'blog' }))).toEqual([]);
  });

  it('are not written twice', async () => {
    expect(await checkRoutes(filesOf({}), scope, wanted([{ ...web, path: '/a' }, { ...web, service: 'api', path: '/a/' }]))).toEqual([expect.objectContaining({ code: 'SC4203', message: 'The route */a/ to api is taken: this file routes it to web already.' })]);
  });

  it('need a short name of their own', async () => {
    const other = filesOf({ '/state/proxy/tables/a-b-c.json': { ...blog, project: 'a-b', environment: 'c' } });
    expect(await checkRoutes(other, scope, wanted([web], { project: 'a', environment: 'b-c' }))).toEqual([expect.objectContaining({ severity: 'error', code: 'SC4204', message: expect.stringContaining('project a-b, environment c') })]);
  });

  it('go through one proxy, which the first project chose', async () => {
    expect(await checkRoutes(host, scope, wanted([web], { proxy: { provider: 'other', listen: { http: 80, https: 443 }, location } }))).toEqual([
      { severity: 'error', code: 'SC4202', message: "The host's proxy is acme for project blog, environment prod; a second one, other, cannot listen beside it.", next: ['Set proxy.provider to acme.'], location },
    ]);
    expect(await checkRoutes(host, scope, wanted([web], { proxy: { provider: 'acme', listen: { http: 8080, https: 443 } } }))).toEqual([expect.objectContaining({ severity: 'warning', code: 'SC4205' })]);
  });

  it('are nobody’s concern where there are none', async () => {
    expect(await checkRoutes(host, scope, wanted([], { proxy: { provider: 'other', listen: { http: 1, https: 2 } } }))).toEqual([]);
  });

  it('are read from every table, and from nothing else in the folder', async () => {
    const files = filesOf({ '/state/proxy/tables/b.json': blog, '/state/proxy/tables/a.json': { ...blog, project: 'a' }, '/state/proxy/tables/.c.json.new': 1, '/state/proxy/tables/notes': 1 });
    expect((await readTables(files, scope)).map(({ project }) => project)).toEqual(['a', 'blog']);
  });
});
