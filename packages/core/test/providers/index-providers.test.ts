import { afterAll, describe, expect, it } from '@jest/globals';
import { indexProviders } from '../../src/providers/index-providers.js';
import { createRegistry } from '../../src/providers/registry.js';
import type { ProviderEntry } from '../../src/providers/types.js';
import { pluginFolder } from './plugin.js';

const { plugin, remove } = pluginFolder();
afterAll(remove);

const acme = { module: './dist/acme.js', api: '^0.1.0' };
const told = (plugins: Parameters<typeof indexProviders>[0]): readonly string[] => indexProviders(plugins).findings.map(({ severity, code, message }) => `${severity} ${code} ${message}`);

describe('CORE_BACKEND_REGISTRY: indexProviders', () => {
  it('lists what package.json says, sorted, and imports nothing', () => {
    const throws = { 'dist/acme.js': 'throw new Error("imported");' };
    const one = plugin('one', { proxy: { zeta: acme, acme }, backend: { build: acme } }, throws);
    const two = plugin('two', { proxy: { beta: acme } }, throws);
    const index = indexProviders([two, one]);
    expect(index.findings).toEqual([]);
    expect(index.entries.map(({ kind, id }) => `${kind}/${id}`)).toEqual(['backend/build', 'proxy/acme', 'proxy/beta', 'proxy/zeta']);
    expect(index.registry('proxy').ids).toEqual(['acme', 'beta', 'zeta']);
    expect(index.registry('backend').get('build')).toEqual({ kind: 'backend', id: 'build', package: 'one', version: '1.2.3', module: `${one.root}/dist/acme.js`, api: '^0.1.0', bundled: false });
    expect(index.registry('network').ids).toEqual([]);
  });

  it('passes over packages that bring no providers', () => {
    expect(indexProviders([plugin('plain', undefined)])).toMatchObject({ entries: [], findings: [] });
  });

  it.each<[string, unknown, string]>([
    ['no map', 7, '`stagecraft.providers` of its package.json is no map'],
    ['a kind that is no map', { proxy: [] }, '`stagecraft.providers.proxy` of its package.json is no map'],
    ['a kind of the future', { teleport: { acme } }, 'it brings `teleport`, which needs a newer stagecraft'],
    ['an empty id', { proxy: { '': acme } }, '`stagecraft.providers.proxy.` of its package.json has an empty id'],
    ['a malformed id', { proxy: { 'a b': acme } }, '`stagecraft.providers.proxy.a b` of its package.json is no identifier'],
    ['no module', { proxy: { acme: { api: '^0.1.0' } } }, '`stagecraft.providers.proxy.acme` of its package.json has no `module`'],
    ['no api', { proxy: { acme: { module: './x.js' } } }, '`stagecraft.providers.proxy.acme` of its package.json has no `api` that is a range of versions'],
    ['an api that is no range', { proxy: { acme: { module: './x.js', api: 'newest' } } }, '`stagecraft.providers.proxy.acme` of its package.json has no `api` that is a range of versions'],
    ['a module outside', { proxy: { acme: { module: '../x.js', api: '*' } } }, '`stagecraft.providers.proxy.acme` of its package.json names a `module` outside its package'],
  ])('switches off an entry with %s, and nothing else', (_title, providers, message) => {
    const good = plugin('good', { proxy: { fine: acme } });
    expect(told([plugin('bad', providers), good])).toEqual([`warning SC1210 bad@1.2.3: ${message}`]);
    expect(indexProviders([plugin('bad', providers), good]).registry('proxy').ids).toEqual(['fine']);
  });

  it('leaves the other entries of the same package in use', () => {
    expect(indexProviders([plugin('half', { teleport: { acme }, proxy: { '': acme, fine: acme } })]).registry('proxy').ids).toEqual(['fine']);
  });

  it('switches off what needs another version of the interface, and says so where it is chosen', () => {
    const index = indexProviders([plugin('future', { proxy: { acme: { module: './x.js', api: '^2.0.0' } } })]);
    expect(index.registry('proxy').ids).toEqual([]);
    expect(index.findings.map(({ message }) => message)).toEqual(['future@1.2.3: proxy provider `acme` is switched off: it needs the proxy interface ^2.0.0; this stagecraft offers 0.1.0']);
    expect(() => index.registry('proxy').get('acme')).toThrow(expect.objectContaining({ code: 'SC1202', kind: 'user', message: 'the proxy provider `acme` of future@1.2.3 cannot be used: it needs the proxy interface ^2.0.0; this stagecraft offers 0.1.0' }));
  });

  it('uses neither of two packages that bring one id, and names both', () => {
    const index = indexProviders([plugin('b', { proxy: { acme, other: acme } }), plugin('a', { proxy: { acme } })]);
    expect(index.findings.map(({ code, message }) => `${code} ${message}`)).toEqual(['SC1211 a and b both bring the proxy provider `acme`: neither is used']);
    expect(index.registry('proxy').ids).toEqual(['other']);
    expect(() => index.registry('proxy').get('acme')).toThrow('a and b both bring the proxy provider `acme`');
  });

  it('keeps the one that fits where the other of one id does not', () => {
    const index = indexProviders([plugin('old', { proxy: { acme: { ...acme, api: '^9.0.0' } } }), plugin('new', { proxy: { acme } })]);
    expect(index.registry('proxy').get('acme').package).toBe('new');
  });

  it('lets an installed package replace the bundled one of its name, in any order', () => {
    const bundled = plugin('same', { proxy: { acme } }, {}, { bundled: true, version: '1.0.0' });
    const installed = plugin('same', { proxy: { acme } }, {}, { version: '2.0.0' });
    for (const plugins of [[bundled, installed], [installed, bundled]]) expect(indexProviders(plugins).registry('proxy').get('acme').version).toBe('2.0.0');
  });

  it('lets only a bundled plugin be the default of its kind', () => {
    const entry = { acme: { ...acme, default: true } };
    expect(indexProviders([plugin('p', { proxy: entry }, {}, { bundled: true })]).entries[0]?.default).toBe(true);
    expect(indexProviders([plugin('p', { proxy: entry })]).entries[0]?.default).toBeUndefined();
  });
});

describe('a registry', () => {
  const entry = (id: string, name: string): ProviderEntry => ({ kind: 'backend', id, package: name, version: '1.0.0', module: '/x', api: '*', bundled: true });

  it('refuses an empty id', () => {
    expect(() => createRegistry('backend', [entry('', 'p')])).toThrow(expect.objectContaining({ code: 'SC1203', message: 'p brings a backend provider with an empty id' }));
  });

  it('refuses two of one id, naming both packages', () => {
    expect(() => createRegistry('backend', [entry('a', 'p'), entry('a', 'q')])).toThrow(expect.objectContaining({ code: 'SC1203', message: 'p and q both bring the backend provider `a`' }));
  });

  it('answers an unknown id with the known ones and the package that would bring it', () => {
    expect(() => createRegistry('backend', [entry('generic', 'p'), entry('another', 'q')]).get('genric')).toThrow(
      expect.objectContaining({ code: 'SC1201', kind: 'user', message: 'there is no backend provider `genric`: did you mean `generic`?', next: ['known: another, generic'] }),
    );
  });
});
