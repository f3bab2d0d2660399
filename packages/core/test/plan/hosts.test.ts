import { describe, expect, it } from '@jest/globals';
import type { Desired } from '../../src/compose/model.js';
import { draft } from '../../src/plan/draft.js';
import { apply, built, dependsOn, desired, emptyHost, input, live, sealed, service } from './world.js';

const hosts = [
  { name: 'db-1', roles: ['data'] },
  { name: 'web-1', roles: ['web'] },
  { name: 'web-2', roles: ['web'] },
];
const shop = (version: string): Desired =>
  desired([built('web', `sha256:web-${version}`, { role: 'web', dependsOn: dependsOn('db') }), service('db', { kind: 'data', role: 'data' })], [{ service: 'web', port: 80 }], { hosts });
const observed = live(...hosts.map((host) => emptyHost(host.name)));

describe('CORE_PLAN: several hosts', () => {
  it('each run the services of their roles', () => {
    const plan = sealed(shop('1'), observed);
    expect(plan.steps.filter((s) => s.action.kind === 'container.start').map((s) => s.id)).toEqual(['db-1/db/start', 'web-1/web/start', 'web-2/web/start']);
  });

  it('wait for what a service depends on, wherever it runs, and for its first host', () => {
    const plan = sealed(shop('1'), observed);
    expect(plan.steps.find((s) => s.id === 'web-1/web/start')?.dependsOn).toContain('db-1/db/gate');
    expect(plan.steps.find((s) => s.id === 'web-2/web/start')?.dependsOn).toContain('web-1/web/admit');
  });

  it('are brought what is built from this machine, each that lacks it', () => {
    const far = { ...shop('1'), driver: 'ssh' };
    const has = { ...emptyHost('web-2'), images: { 'shop-web:v1': 'sha256:web-1' } };
    const plan = sealed(far, live(emptyHost('db-1'), emptyHost('web-1'), has));
    expect(plan.steps.filter((s) => s.action.kind === 'image.carry').map(({ id, host, phase }) => ({ id, host, phase }))).toEqual([{ id: 'web-1/web/carry', host: 'web-1', phase: 'push' }]);
    expect(plan.steps.find((s) => s.id === 'web-1/web/start')?.dependsOn).toContain('web-1/web/carry');
    expect(sealed({ ...shop('1'), driver: 'local' }, observed).steps.filter((s) => s.action.kind === 'image.carry')).toEqual([]);
  });

  it('are brought it after the build, which a draft does not know the end of', () => {
    const far = { ...shop('1'), driver: 'ssh' };
    const unbuilt = { ...far, services: far.services.map((s) => (s.build ? { ...s, image: { reference: s.image.reference } } : s)) };
    const plan = draft(input(unbuilt, observed));
    expect(plan.steps.filter((s) => s.service === 'web' && s.phase !== 'rollout').map(({ id, dependsOn: after }) => ({ id, after }))).toEqual([
      { id: 'build/web', after: [] },
      { id: 'web-1/web/carry', after: ['build/web'] },
      { id: 'web-2/web/carry', after: ['build/web'] },
    ]);
  });

  it('pull what was pushed once, by the digest that the seal has', () => {
    const named = (image: { id?: string; digest?: string }): Desired => ({ ...shop('1'), driver: 'ssh', services: shop('1').services.map((s) => (s.build ? { ...s, image: { reference: 'registry.test/team/shop-web:v1', ...image } } : s)) });
    const brings = (plan: { readonly steps: ReturnType<typeof sealed>['steps'] }): unknown => plan.steps.filter((s) => s.service === 'web' && s.phase !== 'rollout').map(({ id, dependsOn: after, action }) => ({ id, after, digest: 'digest' in action ? action.digest : undefined }));
    expect(brings(draft(input(named({}), observed)))).toEqual([
      { id: 'build/web', after: [], digest: undefined },
      { id: 'push/web', after: ['build/web'], digest: undefined },
      { id: 'web-1/web/fetch', after: ['push/web'], digest: undefined },
      { id: 'web-2/web/fetch', after: ['push/web'], digest: undefined },
    ]);
    expect(brings(sealed(named({ id: 'sha256:web-1', digest: 'sha256:d' }), observed))).toEqual([
      { id: 'web-1/web/fetch', after: [], digest: 'sha256:d' },
      { id: 'web-2/web/fetch', after: [], digest: 'sha256:d' },
    ]);
    const has = { images: { 'registry.test/team/shop-web:v1': 'sha256:web-1' } };
    expect(brings(sealed(named({ id: 'sha256:web-1', digest: 'sha256:d' }), live(...hosts.map((host) => ({ ...emptyHost(host.name), ...has })))))).toEqual([]);
  });

  it('come after the first in batches as large as max_parallel says', () => {
    const many = Array.from({ length: 6 }, (_, index) => ({ name: `h${index}`, roles: ['app'] }));
    const waits = (maxParallel: number | string): readonly string[] => {
      const model = desired([built('web', 'sha256:web-1')], [{ service: 'web', port: 80 }], { hosts: many, rollout: { onFailure: 'rollback', acknowledgeMs: 10_000, maxParallel } });
      const starts = sealed(model, live(...many.map((host) => emptyHost(host.name)))).steps.filter((s) => s.action.kind === 'container.start');
      return starts.map((s) => `${s.host}: ${[...new Set(s.dependsOn.filter((id) => id.includes('/web/')).map((id) => id.split('/')[0]))].filter((host) => host !== s.host).join(' ')}`);
    };
    expect(waits(2)).toEqual(['h0: ', 'h1: h0', 'h2: h0', 'h3: h1 h2', 'h4: h1 h2', 'h5: h3 h4']);
    expect(waits('25%')).toEqual(['h0: ', 'h1: h0', 'h2: h1', 'h3: h2', 'h4: h3', 'h5: h4']);
    expect(waits('100%')).toEqual(['h0: ', 'h1: h0', 'h2: h0', 'h3: h0', 'h4: h0', 'h5: h0']);
  });

  it('have a table each, and end where nothing is left to do', () => {
    const first = apply(sealed(shop('1'), observed), observed);
    const second = sealed(shop('2'), first, { release: 'rel-3' });
    const after = apply(second, first);
    expect(after.hosts.map((host) => host.table?.targets.map((target) => target.id) ?? [])).toEqual([[], ['web-rel-3-1'], ['web-rel-3-1']]);
    expect(sealed(shop('2'), after, { release: 'rel-4' }).steps).toEqual([]);
  });

  it('can be chosen: a host’s steps keep those of others that they depend on', () => {
    const plan = draft(input(shop('1'), observed, { filter: { hosts: ['web-1'] } }));
    expect(new Set(plan.steps.map((s) => s.host))).toEqual(new Set(['db-1', 'web-1']));
  });

  it('take a service down where its role has gone', () => {
    const first = apply(sealed(shop('1'), observed), observed);
    const moved = { ...shop('1'), hosts: hosts.map((host) => (host.name === 'web-2' ? { ...host, roles: ['other'] } : host)) };
    const plan = sealed(moved, first, { release: 'rel-3' });
    expect(plan.steps.map((s) => s.id)).toEqual(['web-2/web/retire', 'web-2/web/drain', 'web-2/web/remove', 'web-2/edge/take-down']);
  });

  it('refuse data that two of them would hold, and a role that none has', () => {
    const everywhere = { ...shop('1'), services: shop('1').services.map((s) => (s.name === 'db' ? { ...s, role: 'app' } : { ...s, role: 'nobody' })) };
    expect(draft(input(everywhere, observed)).findings.map((f) => [f.code, f.message])).toEqual([
      ['SC2102', 'db holds data and can run on one host only, but db-1, web-1, web-2 would run it.'],
      ['SC2101', 'web has the role nobody, which no host has.'],
    ]);
  });
});
