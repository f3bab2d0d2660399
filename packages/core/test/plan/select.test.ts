import { describe, expect, it } from '@jest/globals';
import type { Desired } from '../../src/compose/model.js';
import { isStagecraftError } from '../../src/errors/index.js';
import { draft } from '../../src/plan/draft.js';
import { renderPlanText, summaryOf } from '../../src/plan/render-text.js';
import type { PlanFilter, PlanInput } from '../../src/plan/types.js';
import { apply, built, dependsOn, deployed, desired, input, sealed } from './world.js';

const shop = (version: string): Desired =>
  desired(
    [built('api', `sha256:api-${version}`, { role: 'back' }), built('web', `sha256:web-${version}`, { dependsOn: dependsOn('api') }), built('worker', `sha256:worker-${version}`, { role: 'back' })],
    [
      { service: 'api', path: '/api', port: 80 },
      { service: 'web', path: '/', port: 80 },
    ],
  );
const running = deployed(shop('1'));
const changedBy = (filter: PlanFilter): readonly string[] => draft(input(shop('2'), running, { filter })).services.filter((s) => s.change === 'replace').map((s) => s.service);

function refusal(over: Partial<PlanInput>): { readonly code: string; readonly message: string; readonly next: readonly string[] } {
  try {
    draft(input(shop('2'), running, over));
  } catch (error) {
    if (isStagecraftError(error)) return { code: error.code, message: error.message, next: error.next };
    throw error;
  }
  throw new Error('it was accepted');
}

describe('CORE_PLAN: a filter', () => {
  it('by service chooses it and all that it depends on', () => {
    expect(changedBy({ services: ['worker'] })).toEqual(['worker']);
    expect(changedBy({ services: ['web'] })).toEqual(['api', 'web']);
  });

  it('by role chooses the services that have it, and narrows others', () => {
    expect(changedBy({ roles: ['back'] })).toEqual(['api', 'worker']);
    expect(changedBy({ roles: ['back'], services: ['worker', 'web'] })).toEqual(['worker']);
  });

  it('by phase keeps what its steps depend on', () => {
    const all = draft(input(shop('2'), running));
    const some = draft(input({ ...shop('2'), services: shop('2').services.map((s) => ({ ...s, image: { reference: s.image.reference } })) }, running, { filter: { phases: ['rollout'] } }));
    expect(new Set(all.steps.map((s) => s.phase))).toEqual(new Set(['rollout', 'finalize']));
    expect(new Set(some.steps.map((s) => s.phase))).toEqual(new Set(['build', 'rollout']));
  });

  it('that names nothing is none', () => {
    expect(draft(input(shop('2'), running, { filter: { services: [] } }))).toEqual(draft(input(shop('2'), running)));
  });

  it('leaves out services as they run: in the release, too', () => {
    const plan = sealed(shop('2'), running, { filter: { services: ['worker'] } });
    expect(plan.desired.services.map((s) => [s.name, s.image.id])).toEqual([
      ['api', 'sha256:api-1'],
      ['web', 'sha256:web-1'],
      ['worker', 'sha256:worker-2'],
    ]);
    expect(plan.desired.routes.map((route) => route.service).sort()).toEqual(['api', 'web']);
    expect(summaryOf(plan)).toBe('Plan: 1 to replace, 2 not selected.');
    expect(sealed(shop('2'), apply(plan, running), { filter: { services: ['worker'] }, release: 'rel-3' }).steps).toEqual([]);
    expect(renderPlanText(plan)).toMatchSnapshot();
  });

  it('does not bring a service that was never deployed into the release by leaving it out', () => {
    const more = { ...shop('1'), services: [...shop('1').services, built('new', undefined)] };
    expect(sealed(more, running, { filter: { services: ['worker'] } }).desired.services.map((s) => s.name)).toEqual(['api', 'web', 'worker']);
  });

  it('keeps what left the Compose file, unless it names it', () => {
    const less = { ...shop('1'), services: shop('1').services.filter((s) => s.name !== 'worker') };
    expect(sealed(less, running, { filter: { services: ['api'] } }).steps).toEqual([]);
    expect(sealed(less, running, { filter: { services: ['worker'] } }).steps.map((s) => s.id)).toEqual(['local/worker/remove']);
  });
});

describe('an unknown name', () => {
  it.each([
    [{ filter: { services: ['wrker'] } }, 'SC2001', 'There is no service "wrker"; did you mean "worker"?', 'Known: api, web, worker.'],
    [{ filter: { roles: ['front'] } }, 'SC2002', 'There is no role "front"', 'Known: app, back.'],
    [{ filter: { hosts: ['locl'] } }, 'SC2003', 'There is no host "locl"; did you mean "local"?', 'Known: local.'],
    [{ filter: { phases: ['rolout'] } }, 'SC2004', 'There is no phase "rolout"; did you mean "rollout"?', 'Known: build, push, migrate_pre, rollout, migrate_post, finalize.'],
    [{ replace: ['database'] }, 'SC2005', '--replace: there is no service "database"', 'Known: api, web, worker.'],
    [{ acceptEmptyVolume: ['ap'] }, 'SC2006', '--accept-empty-volume: there is no service "ap"; did you mean "api"?', 'Known: api, web, worker.'],
  ])('%j is refused with the nearest', (over, code, message, next) => {
    expect(refusal(over as never)).toEqual({ code, message, next: [next] });
  });
});
