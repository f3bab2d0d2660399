import type { ProxyProvider } from '@stagecraft/core/plugin-api';
import { change } from './change.js';
import { check } from './check.js';
import { configSchema, type Config } from './config.js';
import { observe } from './observe.js';
import { service } from './service.js';

/**
 * Traefik v3 by its file provider: every project and environment owns one file, and the API tells what is really routed. It has no `open`:
 * Traefik does not count the requests that are open on one server, so core reads the connections of the container itself.
 */
export default {
  kind: 'proxy',
  id: 'traefik',
  api: '0.1.0',
  configSchema,
  service,
  change,
  observe,
  check,
  maintenance: true,
} satisfies ProxyProvider<Config>;
