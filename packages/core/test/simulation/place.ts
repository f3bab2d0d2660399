import { scopeOf } from '../../src/hosts/scope-of.js';

/** The state folder of every simulated host. */
export const root = '/state';
export const scope = scopeOf({ root, defaultRoot: '/var/lib/stagecraft', project: 'shop', environment: 'prod', composeProject: 'shop-prod' });
