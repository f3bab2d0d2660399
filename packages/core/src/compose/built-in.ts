import type { Finding } from '../plugin-api/failure.js';
import type { Location } from '../plugin-api/location.js';
import type { Path } from './canonical-values.js';
import { apartKeys, definitionKeys } from './canonical-service.js';
import { isMap, type MapNode } from './tree.js';

const topKeys = new Set(['configs', 'name', 'networks', 'secrets', 'services', 'version', 'volumes']);

/** What only Compose itself can read: the built-in reader refuses it by name, all of it at once. */
export function refusals(root: MapNode, locate: (path: Path) => Location): readonly Finding[] {
  const findings: Finding[] = [];
  const refuse = (path: Path, name: string, why: string): void => {
    findings.push({ severity: 'error', code: 'SC1307', message: `the built-in reader does not know \`${name}\`${why}`, next: ['install Docker Compose 2.20.0 or later, which knows it', `or remove \`${name}\``], location: locate(path) });
  };
  for (const key of root.entries.keys()) if (!topKeys.has(key) && !key.startsWith('x-')) refuse([key], key, '');
  const services = root.entries.get('services');
  if (services === undefined) findings.push({ severity: 'error', code: 'SC1303', message: 'there are no `services`', next: ['a Compose file names its services under `services:`'], location: root.at });
  else if (!isMap(services.value)) findings.push({ severity: 'error', code: 'SC1303', message: '`services` must be a map', next: ['write `services: { web: { image: IMAGE } }`'], location: services.at });
  else {
    for (const [name, { value }] of services.value.entries) {
      if (!isMap(value)) continue;
      for (const key of value.entries.keys()) if (!apartKeys.has(key) && !Object.hasOwn(definitionKeys, key) && !key.startsWith('x-')) refuse(['services', name, key], `services.${name}.${key}`, '');
    }
  }
  return findings;
}
