import type { Target } from '../../src/plugin-api/route.js';
import { at, built, deployed, desired, obstacle, sealed, service } from '../plan/world.js';

/**
 * What the crash tests deploy: a routed service that is rolled, a worker with a fixed name that makes room first and does not come back by itself after a boot,
 * a job, and a store of data that is new in release 2.
 */
const worker = { definition: { restart: 'no', container_name: 'worker-one' }, obstacles: [obstacle('container_name', 'has a fixed name', 30)], location: at(30) };
const job = { kind: 'job', definition: { restart: 'no' } } as const;

const v1 = desired([built('web', 'sha256:web-1'), built('worker', 'sha256:worker-1', worker), service('job', job)], [{ service: 'web', port: 3000 }]);
const v2 = desired(
  [built('web', 'sha256:web-2', {}, 'v2'), built('worker', 'sha256:worker-2', worker, 'v2'), service('job', { ...job, image: { reference: 'job:2', id: 'sha256:job-2' } }), service('store', { kind: 'data' })],
  [{ service: 'web', port: 3000 }],
);

export const before = deployed(v1, 'rel-1', 'v1', { proxy: { provider: 'acme', running: true, digest: '' } });
const whole = sealed(v2, before, { prior: 'rel-1' });
/** Without what makes proxy and edge, and without pulls: all that is there. */
const setup = new Set(whole.steps.filter((step) => ['proxy.ensure', 'edge.ensure', 'image.pull'].includes(step.action.kind)).map((step) => step.id));
export const plan = { ...whole, steps: whole.steps.filter((step) => !setup.has(step.id)).map((step) => ({ ...step, dependsOn: step.dependsOn.filter((id) => !setup.has(id)) })) };

export function target(id: string): Target {
  return { id, service: 'web', port: 3000, state: 'in' };
}
