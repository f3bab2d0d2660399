import type { ProxyProvider } from '../../src/plugin-api/index.js';
import proxy from '../../../../plugins/proxy-traefik/src/proxy.js';
import { cutoverSuite } from './support/cutover-suite.js';
import { defaultsOf } from './support/defaults.js';

cutoverSuite('proxy-traefik', proxy as unknown as ProxyProvider, defaultsOf(proxy.configSchema));
