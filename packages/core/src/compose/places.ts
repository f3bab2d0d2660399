import type { Location } from '../plugin-api/location.js';
import { isRecord } from './canonical-values.js';
import type { ComposeModel, Json } from './model.js';

/** The place of the `ports` entry that publishes a port of the host. */
export function placeOfPort(model: ComposeModel, service: string, published: string): Location {
  return placeOf(model, ['services', service, 'ports'], (item) => {
    if (isRecord(item)) return String(item.published) === published;
    const parts = String(item).replace(/\/\w+$/, '').replace(/^\[[^\]]*\]:/, '').split(':');
    const [from, to = from] = (parts.at(-2) ?? '').split('-').map(Number);
    return Number(published) >= (from as number) && Number(published) <= (to as number);
  });
}

/** The place of the `volumes` entry that mounts at a target. */
export function placeOfMount(model: ComposeModel, service: string, target: string): Location {
  const same = (path: unknown): boolean => typeof path === 'string' && path.replace(/(.)\/+$/, '$1') === target;
  return placeOf(model, ['services', service, 'volumes'], (item) => (isRecord(item) ? same(item.target) : String(item).split(':').some((part, index) => index < 2 && same(part))));
}

function placeOf(model: ComposeModel, path: readonly string[], found: (item: Json) => boolean): Location {
  const written = model.written?.(path);
  const list = Array.isArray(written) ? (written as readonly Json[]) : [];
  // The last one wins where two set it.
  const index = list.length - 1 - [...list].reverse().findIndex(found);
  return model.locate(list.some(found) ? [...path, index] : path);
}
