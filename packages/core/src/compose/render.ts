import { compare, sortedDeep } from './canonical-json.js';
import { isRecord } from './canonical-values.js';
import { writeYaml } from './write-yaml.js';
import type { Desired, DesiredService, Json } from './model.js';

/**
 * The Compose file of a host: only its services, every image by id where it is known, no values. Byte-stable: the same model gives the same text on every
 * machine, since mounted files are named from the release's folder `<environment>/releases/<id>`.
 * It belongs beside the overlay of `renderOverlay`, under `--project-name <composeProject>`.
 * @param host name of one of `desired.hosts`; another name means the only host.
 */
export function renderCompose(desired: Desired, host: string): string {
  const services = servicesOf(desired, host);
  const names = new Set(services.map((service) => service.name));
  const images = Object.fromEntries(services.flatMap((service) => (service.image.id === undefined ? [] : [[service.image.reference, service.image.id]])));
  const file = {
    name: desired.composeProject,
    services: Object.fromEntries(services.map((service) => [service.name, rendered(service, names)])),
    ...section('networks', desired.networks),
    ...section('volumes', desired.volumes),
    // Which reference an id stood for: `prune` and people want to know.
    ...section('x-stagecraft-images', images),
  };
  return `# Written by Stagecraft for ${host}. Changes here are lost with the next deploy.\n${composeText(file)}`;
}

/** Services that a host runs, in lexical order: those of its roles, never external ones. */
export function servicesOf(desired: Desired, host: string): readonly DesiredService[] {
  const roles = desired.hosts.find((one) => one.name === host)?.roles;
  return desired.services.filter((service) => service.kind !== 'external' && (roles === undefined || roles.length === 0 || service.role === 'app' || roles.includes(service.role))).sort((a, b) => compare(a.name, b.name));
}

/** A Compose file's text. `$` is doubled in every text, since Compose puts variables in. */
export function composeText(value: unknown): string {
  return writeYaml(doubled(value));
}

function doubled(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('$', '$$$$');
  if (Array.isArray(value)) return value.map(doubled);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, doubled(item)]));
}

function rendered(service: DesiredService, names: ReadonlySet<string>): Json {
  const needs = service.dependsOn.filter((one) => names.has(one.service));
  const dependsOn = Object.fromEntries(needs.map(({ service: on, condition, required, restart }) => [on, { condition, ...(required ? {} : { required }), ...(restart ? { restart } : {}) }]));
  // Compose refuses a second container of a service with a fixed name, beside the old one; the step that creates it gives the name.
  const { container_name: _, ...definition } = service.definition;
  return sortedDeep({
    ...definition,
    ...renderedMounts(definition),
    ...(needs.length === 0 ? {} : { depends_on: dependsOn }),
    image: service.image.id ?? service.image.reference,
    // What runs is decided before; a file that pulls could bring something else.
    pull_policy: 'never',
    ...(service.replicas === 1 ? {} : { scale: service.replicas }),
  });
}

/** Mounts with the sources of the environment's own folders named from the folder of the release. */
export function renderedMounts(definition: DesiredService['definition']): { readonly volumes?: readonly Json[] } {
  return Array.isArray(definition.volumes) ? { volumes: (definition.volumes as readonly Json[]).map(mount) } : {};
}

function mount(item: Json): Json {
  if (!isRecord(item) || item.type !== 'bind' || typeof item.source !== 'string') return item;
  const carried = item.source.startsWith('files/');
  const own = carried || item.source.startsWith('data/');
  const bind = isRecord(item.bind) ? item.bind : {};
  // A carried file that is not there must be an error, not an empty folder.
  return { ...item, source: own ? `../../${item.source}` : item.source, bind: { ...bind, create_host_path: !carried } };
}

function section(name: string, value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.keys(value).length === 0 ? {} : { [name]: sortedDeep(value as Record<string, Json>) };
}
