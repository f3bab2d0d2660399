import { afterAll, describe, expect, it } from '@jest/globals';
import { indexProviders } from '../../src/providers/index-providers.js';
import { loadProvider } from '../../src/providers/load.js';
import { errorOf } from '../config/project.js';
import { pluginFolder, proxySource } from './plugin.js';

const { plugin, remove } = pluginFolder();
afterAll(remove);

const index = (source: string): ReturnType<typeof indexProviders> => indexProviders([plugin('@acme/proxy', { proxy: { acme: { module: './proxy.mjs', api: '^0.1.0' } } }, { 'proxy.mjs': source })]);

describe('PROVIDER_BACKEND_INTERFACE: loadProvider', () => {
  it('imports the module of the chosen provider and gives its descriptor', async () => {
    const { entry, provider } = await loadProvider(index(proxySource()), 'proxy', 'acme');
    expect([entry.package, provider.id, typeof provider.change]).toEqual(['@acme/proxy', 'acme', 'function']);
  });

  it.each<[string, string, string]>([
    ['no default export', 'export const x = 1;', 'its module has no default export that is a descriptor'],
    ['another kind', proxySource({ kind: "'backend'" }), '`kind` is "backend", its package.json says "proxy"'],
    ['no kind', proxySource({ kind: undefined }), '`kind` is missing, its package.json says "proxy"'],
    ['another id', proxySource({ id: "'other'" }), '`id` is "other", its package.json says "acme"'],
    ['no api', proxySource({ api: undefined }), '`api` is missing, not a version such as "0.1.0"'],
    ['a range as api', proxySource({ api: "'^0.1.0'" }), '`api` is "^0.1.0", not a version such as "0.1.0"'],
    ['a newer api', proxySource({ api: "'0.1.7'" }), '`api` is "0.1.7"; this stagecraft offers 0.1.0'],
    ['no schema', proxySource({ configSchema: undefined }), '`configSchema` is missing, not a JSON Schema'],
    ['a schema that is text', proxySource({ configSchema: "'{}'" }), '`configSchema` is "{}", not a JSON Schema'],
    ['no function', proxySource({ observe: undefined }), '`observe` is missing, not a function'],
    ['text for a function', proxySource({ change: "'x'" }), '`change` is "x", not a function'],
    ['a number for an optional function', proxySource({ open: '3' }), '`open` is a number, not a function'],
  ])('refuses %s, naming package, version and field', async (_title, source, message) => {
    const error = await errorOf(loadProvider(index(source), 'proxy', 'acme'));
    expect([error.code, error.kind, error.message]).toEqual(['SC1205', 'external', `the proxy provider \`acme\` of @acme/proxy@1.2.3 is wrong: ${message}`]);
    expect(error.next.length).toBeGreaterThan(0);
  });

  it('says which package fails when its module throws', async () => {
    const error = await errorOf(loadProvider(index('throw new Error("no luck\\nstack");'), 'proxy', 'acme'));
    expect([error.code, error.kind, error.message]).toEqual(['SC1204', 'external', 'the proxy provider `acme` of @acme/proxy@1.2.3 could not be loaded: no luck']);
  });

  it('says which package fails when its module is not there', async () => {
    const missing = indexProviders([plugin('gone', { proxy: { acme: { module: './none.mjs', api: '^0.1.0' } } })]);
    expect((await errorOf(loadProvider(missing, 'proxy', 'acme'))).code).toBe('SC1204');
  });

  it('refuses an unknown id before anything is imported', async () => {
    expect((await errorOf(loadProvider(index('throw new Error("imported");'), 'proxy', 'none'))).code).toBe('SC1201');
  });
});
