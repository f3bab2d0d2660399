import type { ProxyProvider } from '@stagecraft/core/plugin-api';
import { change } from './change.js';
import { configSchema, type Config } from './config.js';
import { observe, open } from './observe.js';
import { service } from './service.js';

/**
 * HAProxy 2.6 or later by its runtime API: replicas change at once in named slots, changed routes take one reload that keeps the listeners, and
 * the number of requests that are open on a server is exact.
 */
export default {
  kind: 'proxy',
  id: 'haproxy',
  api: '0.1.0',
  configSchema,
  service,
  change,
  observe,
  open,
  maintenance: true,
} satisfies ProxyProvider<Config>;
