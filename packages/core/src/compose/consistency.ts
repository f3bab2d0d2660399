import type { Finding } from '../plugin-api/failure.js';
import type { Location } from '../plugin-api/location.js';
import { members, type Canonical } from './canonical.js';
import { isRecord, type Path } from './canonical-values.js';
import type { Json } from './model.js';
import { child, isMap, type MapNode } from './tree.js';

/** What Compose refuses of a file whose parts are each right: names that nothing declares, a service without an image, twice the same thing. */
export function inconsistencies(model: Canonical, root: MapNode, locate: (path: Path) => Location): readonly Finding[] {
  const findings: Finding[] = [];
  const declared = (top: string): ReadonlySet<string> => {
    const node = child(root, top);
    return new Set(isMap(node) ? node.entries.keys() : []);
  };
  const add = (service: string, path: Path, message: string, next: string): void => void findings.push({ severity: 'error', code: 'SC1310', message, next: [next], location: locate(path), service });
  const needs = (service: string, top: 'networks' | 'volumes' | 'configs' | 'secrets', name: string): void => {
    if (declared(top).has(name) || (top === 'networks' && name === 'default')) return;
    add(service, ['services', service, top], `${service} uses the ${top.slice(0, -1)} \`${name}\`, which is not declared`, `declare it: \`${top}: { ${name}: {} }\``);
  };
  const names = new Map<string, string>();
  for (const [name, { definition, build, image, dependsOn, replicas }] of Object.entries(model.services)) {
    if (build === undefined && image === undefined) add(name, ['services', name], `${name} has neither \`image\` nor \`build\``, 'give it one of the two');
    for (const network of isRecord(definition.networks) ? Object.keys(definition.networks) : []) needs(name, 'networks', network);
    if (definition.network_mode !== undefined && definition.networks !== undefined) add(name, ['services', name, 'network_mode'], `${name} has both \`network_mode\` and \`networks\``, 'remove one of the two');
    for (const mount of members(definition.volumes)) if (mount.type === 'volume' && typeof mount.source === 'string') needs(name, 'volumes', mount.source);
    for (const top of ['configs', 'secrets'] as const) for (const item of members(definition[top])) needs(name, top, String(item.source));
    for (const { service, required } of dependsOn) if (required && model.services[service] === undefined) add(name, ['services', name, 'depends_on', service], `${name} depends on \`${service}\`, which is not there`, 'correct the name, or remove the line');
    if (typeof definition.container_name === 'string') {
      const other = names.get(definition.container_name);
      if (other !== undefined) add(name, ['services', name, 'container_name'], `${name} and ${other} have the same \`container_name\``, 'give each its own, or none');
      names.set(definition.container_name, name);
      if ((replicas ?? 1) > 1) add(name, ['services', name, 'container_name'], `${name} has ${replicas} replicas and a \`container_name\`, which only one container can have`, 'remove `container_name`');
    }
    findings.push(...twice(name, definition, locate));
  }
  return findings;
}

/** The same limit in an old and a new key, with two values. */
function twice(service: string, definition: Readonly<Record<string, Json>>, locate: (path: Path) => Location): readonly Finding[] {
  const resources = isRecord(definition.deploy) && isRecord(definition.deploy.resources) ? definition.deploy.resources : {};
  const limits = isRecord(resources.limits) ? resources.limits : {};
  const reservations = isRecord(resources.reservations) ? resources.reservations : {};
  const pairs = [['mem_limit', limits.memory, 'limits.memory'], ['cpus', limits.cpus, 'limits.cpus'], ['pids_limit', limits.pids, 'limits.pids'], ['mem_reservation', reservations.memory, 'reservations.memory']] as const;
  return pairs.flatMap(([key, value, other]): Finding[] => {
    const own = definition[key];
    if (own === undefined || value === undefined || String(own) === String(value)) return [];
    return [{ severity: 'error', code: 'SC1310', message: `${service} says \`${key}\` and \`deploy.resources.${other}\` with different values`, next: [`remove \`${key}\``], location: locate(['services', service, key]), service }];
  });
}
