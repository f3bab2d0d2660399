import { describe, expect, it } from '@jest/globals';
import { draft } from '../../src/plan/draft.js';
import { renderPlanText } from '../../src/plan/render-text.js';
import { keepScaled, scaled, whyNotScaled } from '../../src/rollout/scale.js';
import { apply, at, deployed, desired, input, obstacle, sealed, service } from '../plan/world.js';

const web = service('web', { replicas: 2 });
const eight = service('web', { replicas: 8, configured: 2 });

describe('CLI_SCALE: the number of containers', () => {
  it('stands beside the number of the config, and is that number again when it is the same', () => {
    expect(scaled(desired([web]), { web: 8 }).services).toEqual([eight]);
    expect(scaled(desired([eight]), { web: 5 }).services).toEqual([{ ...eight, replicas: 5 }]);
    expect(scaled(desired([eight]), { web: 2 }).services).toEqual([web]);
    expect(scaled(desired([web]), { worker: 8 }).services).toEqual([web]);
  });

  it('is kept until the config says another one', () => {
    expect(keepScaled(desired([web]), [eight]).services).toEqual([eight]);
    expect(keepScaled(desired([service('web', { replicas: 3 })]), [eight]).services).toEqual([service('web', { replicas: 3 })]);
    expect(keepScaled(desired([web]), [web]).services).toEqual([web]);
    // Back to a release that was scaled then, while nothing is now.
    expect(keepScaled(desired([eight]), [web]).services).toEqual([web]);
    expect(keepScaled(desired([eight]), [{ ...eight, replicas: 5 }]).services).toEqual([{ ...eight, replicas: 5 }]);
  });

  it('is not kept where the service can be there only once by now', () => {
    const fixed = service('web', { replicas: 2, obstacles: [obstacle('container_name', 'has a fixed name', 7)] });
    expect(keepScaled(desired([fixed]), [eight]).services).toEqual([fixed]);
    const routed = desired([web], [{ service: 'web', port: 80 }]);
    expect(keepScaled(routed, [{ ...eight, replicas: 0 }])).toBe(routed);
  });

  it('is refused with the reason and its place', () => {
    expect(whyNotScaled(web, 8)).toBeUndefined();
    expect(whyNotScaled(web, 0)).toBeUndefined();
    expect(whyNotScaled(service('web', { routed: true }), 0)?.text).toBe('a route leads to it, and nobody would answer');
    expect(whyNotScaled(service('db', { kind: 'data' }), 1)?.text).toBe('it holds data, of which there must be one');
    expect(whyNotScaled(service('job', { kind: 'job' }), 1)?.text).toBe('it is a job: it runs once a release');
    expect(whyNotScaled(service('one', { singleton: true }), 2)?.text).toBe('it is a singleton: never two at once');
    expect(whyNotScaled(service('one', { singleton: true }), 1)).toBeUndefined();
    expect(whyNotScaled(service('web', { obstacles: [obstacle('host_port', 'publishes port 80', 12)] }), 2)).toEqual({ text: 'publishes port 80', location: at(12) });
    expect(whyNotScaled(service('web', { obstacles: [obstacle('no_healthcheck', 'has no healthcheck', 12, false)] }), 2)).toBeUndefined();
  });

  it('changes nothing else: no job runs, other services are left as they are, and a second plan is empty', () => {
    const shop = desired([web, service('worker', { image: { reference: 'worker:2', id: 'sha256:worker-2' } }), service('migrate', { kind: 'job' })], [{ service: 'web', port: 3000 }]);
    const running = deployed(shop);
    const wanted = scaled(shop, { web: 4 });
    const planned = { ...input(wanted, running), kind: 'scale' as const, filter: { services: ['web'] } };
    const plan = draft(planned);
    expect(renderPlanText(plan)).toContain('Scaling of shop (prod)');
    expect(plan.steps.map((step) => step.id)).toEqual(['local/web/start', 'local/web/gate', 'local/web/admit']);
    const more = sealed(wanted, running, { kind: 'scale', filter: { services: ['web'] } });
    const after = apply(more, running);
    expect(sealed(shop, after).steps).toEqual([]);
    expect(sealed(scaled(more.desired, { web: 1 }), after, { kind: 'scale', filter: { services: ['web'] } }).steps.map((step) => step.id)).toEqual(['local/web/retire', 'local/web/drain', 'local/web/stop', 'local/web/remove']);
  });
});
