import type { ComposeGlance } from '../plugin-api/proxy.js';
import { isRecord } from './canonical-values.js';
import type { ComposeModel } from './model.js';

/** What a proxy provider may look at: each service's labels, with their places in the user's files. */
export function glance(model: ComposeModel): ComposeGlance {
  return {
    services: Object.values(model.services).map(({ name, definition }) => {
      const labels = isRecord(definition.labels) ? (definition.labels as Readonly<Record<string, string>>) : {};
      return {
        name,
        labels,
        location: model.locate(['services', name]),
        labelLocations: Object.fromEntries(Object.keys(labels).map((label) => [label, model.locate(labelPath(model, name, label))])),
      };
    }),
  };
}

function labelPath(model: ComposeModel, service: string, label: string): readonly (string | number)[] {
  const path = ['services', service, 'labels'];
  const written = model.written?.(path);
  if (!Array.isArray(written)) return [...path, label];
  const index = written.findIndex((item) => typeof item === 'string' && (item === label || item.startsWith(`${label}=`)));
  return index < 0 ? path : [...path, index];
}
