import { describe, expect, it } from '@jest/globals';
import type { Desired } from '../../src/compose/model.js';
import { draft } from '../../src/plan/draft.js';
import { renderPlanText } from '../../src/plan/render-text.js';
import { built, dependsOn, deployed, desired, input, sealed } from './world.js';

/** Chains of ten, two replicas each, a route for one in five; `version` is that of all images. */
function large(count: number, version: string): Desired {
  const names = Array.from({ length: count }, (_, index) => `service-${String(index).padStart(4, '0')}`);
  const services = names.map((name, index) => built(name, `sha256:${name}-${version}`, { replicas: 2, dependsOn: index % 10 === 0 ? [] : dependsOn(names[index - 1] ?? '') }));
  return desired(services, names.filter((_, index) => index % 5 === 0).map((name) => ({ service: name, path: `/${name}`, port: 80 })));
}

function fastest(times: number, work: () => unknown): number {
  return Math.min(
    ...Array.from({ length: times }, () => {
      const begin = performance.now();
      work();
      return performance.now() - begin;
    }),
  );
}

describe('CORE_PLAN: planning', () => {
  it('takes less than a second for a thousand services that all change, and time in proportion to their number', () => {
    const [small = 0, big = 0] = [250, 1000].map((count) => {
      const before = deployed(large(count, 'v1'));
      return fastest(4, () => sealed(large(count, 'v2'), before));
    });
    expect(big).toBeLessThan(1000);
    // Four times as many; the machine may be busy with other things meanwhile.
    expect(big / small).toBeLessThan(12);
  });

  it('renders a plan of a thousand services as text at once', () => {
    const plan = draft(input(large(1000, 'v2'), deployed(large(1000, 'v1'))));
    expect(fastest(2, () => renderPlanText(plan))).toBeLessThan(500);
  });
});
