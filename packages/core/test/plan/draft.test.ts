import { describe, expect, it } from '@jest/globals';
import { draft } from '../../src/plan/draft.js';
import { renderPlanText } from '../../src/plan/render-text.js';
import type { Plan } from '../../src/plan/types.js';
import { at, built, dependsOn, deployed, desired, emptyHost, input, live, obstacle, sealed, service } from './world.js';

const shop = desired(
  [
    built('web', 'sha256:web-1', { replicas: 2, dependsOn: dependsOn('db'), location: at(4) }),
    service('db', { kind: 'data', location: at(20), obstacles: [obstacle('data', 'holds data: it is created and started, never replaced', 24)], image: { reference: 'postgres:16', id: 'sha256:pg16' } }),
    built('worker', 'sha256:web-1', { dependsOn: dependsOn('db'), healthcheck: false, location: at(30) }),
    service('migrate', { kind: 'job', dependsOn: dependsOn('db') }),
  ],
  [{ service: 'web', port: 3000 }],
);

describe('x', () => {
  it('prints', () => {
    for (const plan of [draft(input(shop, { basis: 'none', hosts: [emptyHost()], history: [] })), sealed(shop, live()), sealed(desired([...shop.services.map((s) => s.name === 'web' ? built('web', 'sha256:web-2', { ...s, image: undefined } as never) : s.name === 'db' ? { ...s, image: { reference: 'postgres:17', id: 'sha256:pg17' } } : s)], shop.routes), deployed(shop))] as Plan[]) process.stdout.write(`${renderPlanText(plan)}\n=========\n`);
  });
});
