import { describe, expect, it } from '@jest/globals';
import type { Desired, DesiredService } from '../../src/compose/model.js';
import { isStagecraftError } from '../../src/errors/index.js';
import { draft } from '../../src/plan/draft.js';
import { addedSteps, checkFresh, readSavedPlan, savePlan } from '../../src/plan/saved.js';
import type { DraftPlan, PlanInput } from '../../src/plan/types.js';
import { at, built, deployed, desired, input, live, sealed, service } from './world.js';

const shop = desired([built('web', undefined, { variables: ['KEY'] }), service('cache', { image: { reference: 'redis:7', id: 'sha256:redis' } })], [{ service: 'web', port: 80 }]);
const known: Desired = { ...shop, services: shop.services.map((s) => (s.name === 'web' ? { ...s, image: { ...s.image, id: 'sha256:web-1' } } : s)) };
const running = deployed(known);
const plan = (wanted: Desired = shop, over: Partial<PlanInput> = {}): DraftPlan => draft(input(wanted, running, over));

function change(name: string, over: Partial<DesiredService>): Desired {
  return { ...shop, services: shop.services.map((s) => (s.name === name ? { ...s, ...over } : s)) };
}

function refusal(work: () => unknown): { readonly code: string; readonly message: string } {
  try {
    work();
  } catch (error) {
    if (isStagecraftError(error)) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error('it was accepted');
}

const stale = (now: DraftPlan, saved = plan()): string => refusal(() => checkFresh(saved, now)).message;

describe('CORE_PLAN: a plan file', () => {
  it('gives back the plan that was saved', () => {
    expect(readSavedPlan(savePlan(plan()), 'plan.json')).toEqual(JSON.parse(JSON.stringify(plan())));
  });

  it('is the same to the byte for the same plan', () => {
    expect(savePlan(plan())).toBe(savePlan(draft(input({ ...shop, services: [...shop.services].reverse() }, running))));
  });

  it.each([
    ['', 'SC2050', 'plan.json is no saved plan: it is empty.'],
    ['{"kind":', 'SC2050', 'plan.json is no saved plan: it is not JSON.'],
    ['[]', 'SC2050', 'plan.json is no saved plan: it does not say "kind": "stagecraft plan".'],
    ['{"kind":"stagecraft plan","format":2}', 'SC2051', 'plan.json has the format 2 of plan files; this version reads format 1.'],
    ['{"kind":"stagecraft plan","format":1,"sha256":"x","plan":{}}', 'SC2052', 'plan.json is damaged, or was edited after it was saved: its content does not match its digest.'],
  ])('%j is refused with what is wrong', (text, code, message) => {
    expect(refusal(() => readSavedPlan(text, 'plan.json'))).toEqual({ code, message });
  });

  it('is not the output of --format json', async () => {
    const { renderPlanJson } = await import('../../src/plan/render-json.js');
    expect(refusal(() => readSavedPlan(renderPlanJson(plan()), 'plan.json')).message).toBe('plan.json is no saved plan: it is the output of --format json, which is for readers.');
  });

  it('that was edited is refused', () => {
    const text = savePlan(plan()).replace('"count": 1', '"count": 9');
    expect(text).not.toBe(savePlan(plan()));
    expect(refusal(() => readSavedPlan(text, 'plan.json')).code).toBe('SC2052');
  });
});

describe('a saved plan', () => {
  it('is fresh while nothing changed that it was made from', () => {
    expect(() => checkFresh(readSavedPlan(savePlan(plan()), 'plan.json'), plan())).not.toThrow();
  });

  it('is fresh when lines moved, ids of images became known, or the version was not told before', () => {
    const moved = { ...known, services: known.services.map((s) => ({ ...s, location: at(99) })) };
    expect(() => checkFresh(plan(shop, { version: 'unknown' }), plan(moved, { version: 'v2' }))).not.toThrow();
  });

  it('is stale when a service changed in the files', () => {
    expect(stale(plan(change('cache', { image: { reference: 'redis:8' } })))).toBe("The saved plan is stale: cache has changed in the project's files.");
  });

  it('is stale when values changed that it knew', () => {
    expect(stale(plan(change('web', { valuesDigest: 'values-2' })))).toBe('The saved plan is stale: values of variables of web have changed.');
    expect(() => checkFresh(plan(change('web', {})), plan(change('web', { valuesDigest: 'values-1' })))).not.toThrow();
  });

  it('is stale when another release serves', () => {
    const later = draft(input(shop, deployed(known, 'rel-7')));
    expect(stale(later)).toBe('The saved plan is stale: on local rel-7 serves now, and rel-1 did then.');
    expect(stale(plan(), draft(input(shop, live())))).toBe('The saved plan is stale: on local rel-1 serves now, and no release did then.');
  });

  it('is stale when a provider has another version', () => {
    expect(stale(plan(shop, { providers: ['@stagecraft/proxy-traefik@0.2.0'] }))).toBe('The saved plan is stale: it was made with @stagecraft/proxy-traefik@0.1.0, and now there is @stagecraft/proxy-traefik@0.2.0.');
  });

  it('is stale when routes or the rest changed, and says all that differs at once', () => {
    const other = { ...change('cache', { replicas: 2 }), routes: [], rollout: { onFailure: 'pause' as const, acknowledgeMs: 10_000 } };
    expect(stale(plan(other, { version: 'v3', filter: { services: ['web'] } }))).toBe(
      "The saved plan is stale: its version is v2, not v3; it was made with other choices of services, roles, hosts or phases; cache has changed in the project's files; the routes have changed; networks, volumes, proxy, hosts or rollout settings have changed.",
    );
  });

  it('may lose steps when it is sealed; those that come to it are found', () => {
    const saved = plan();
    expect(saved.steps.length).toBeGreaterThan(0);
    expect(addedSteps(saved, sealed(known, running, { version: 'v1' }))).toEqual([]);
    const more = sealed({ ...known, services: known.services.map((s) => (s.name === 'cache' ? { ...s, valuesDigest: 'values-2', variables: ['A'] } : s)) }, running);
    expect(addedSteps(saved, more).map((step) => step.id)).toEqual(['local/cache/start', 'local/cache/gate', 'local/cache/stop', 'local/cache/remove']);
  });
});
