/** A proxy that routes at once what its file says: a target a line. */
// eslint-disable-next-line no-restricted-syntax -- a provider is the default export of its module
export default {
  kind: 'proxy',
  id: 'acme',
  api: '0.1.0',
  configSchema: {},
  service: () => ({ image: 'acme:1', command: [], ports: [], folder: '/etc/acme', files: [] }),
  change: (_config, _place, _from, to) => ({ files: [{ path: 'shop.txt', content: to ? to.targets.filter(({ state }) => state === 'in').map(({ id }) => `${id}\n`).join('') : '' }], remove: [], run: [] }),
  async observe(context, host) {
    const text = (await context.on(host).files.read('/state/proxy/files/shop.txt')) ?? '';
    return text.split('\n').filter((line) => line !== '').map((id) => ({ id, service: 'web', port: 3000, state: 'in' }));
  },
  open: () => Promise.resolve(0),
};
