import type { Feature } from './feature.js';

export interface Dependent {
  readonly feature: Feature;
  /** 1: depends on it itself; 2: on one that does; and so on. */
  readonly distance: number;
}

/** Who depends on a feature, near ones first. Pure. @throws Error when there is no such feature. */
export function dependents(features: readonly Feature[], id: string): readonly Dependent[] {
  if (!features.some((feature) => feature.id === id)) throw new Error(`${id} is not in spec/features.yaml`);
  const distance = new Map([[id, 0]]);
  for (let step = 1, grown = true; grown; step += 1) {
    const next = features.filter((feature) => !distance.has(feature.id) && feature.depends_on.some((needed) => distance.get(needed) === step - 1));
    for (const feature of next) distance.set(feature.id, step);
    grown = next.length > 0;
  }
  return features
    .flatMap((feature) => {
      const far = distance.get(feature.id) ?? 0;
      return far > 0 ? [{ feature, distance: far }] : [];
    })
    .sort((a, b) => a.distance - b.distance || a.feature.id.localeCompare(b.feature.id, 'en'));
}
