import { compare, sortedDeep } from './canonical-json.js';
import { canonicalBuild, canonicalDefinition } from './canonical-service.js';
import { asPairs, flag, flagIfOn, ignored, integer, isRecord, listOf, nonEmpty, record, text, texts, textMap, wrong, type Canon, type Form, type Path } from './canonical-values.js';
import type { ComposeBuild, ComposeService, Dependency, Json } from './model.js';
import { portablePath } from './paths.js';

export interface Canonical {
  /** `environment` holds what `environment:` says alone; undefined values are bare names that nothing gives. */
  readonly services: Readonly<Record<string, Omit<ComposeService, 'environment'> & { readonly environment: Readonly<Record<string, string | undefined>> }>>;
  readonly networks: Readonly<Record<string, Json>>;
  readonly volumes: Readonly<Record<string, Json>>;
  readonly configs: Readonly<Record<string, Json>>;
  readonly secrets: Readonly<Record<string, Json>>;
}

/**
 * The one form of an application, whoever read it: Compose's output, or the built-in reader's merged files. Resources that no
 * service uses are left out, and so is what Compose adds by itself and differs from version to version.
 */
export function canonicalModel(raw: Readonly<Record<string, Json>>, variables: Readonly<Record<string, string>>, canon: Canon): Canonical {
  const services = isRecord(raw.services) ? raw.services : {};
  const named = Object.entries(services)
    .filter((entry): entry is [string, Readonly<Record<string, Json>>] => isRecord(entry[1]) || wrong(canon, ['services', entry[0]], 'a map') !== undefined)
    .sort(([a], [b]) => compare(a, b))
    .map(([name, section]) => [name, canonicalService(name, section, variables, canon)] as const);
  const definitions = named.map(([, service]) => service.definition);
  const attached = definitions.flatMap((definition) => (definition.network_mode === undefined ? (isRecord(definition.networks) ? Object.keys(definition.networks) : ['default']) : []));
  const mounted = definitions.flatMap((definition) => members(definition.volumes).flatMap((mount) => (mount.type === 'volume' && typeof mount.source === 'string' ? [mount.source] : [])));
  const built = named.flatMap(([, service]) => (service.build?.secrets ?? []).map(({ source }) => source));
  const referenced = (key: 'configs' | 'secrets'): readonly string[] => definitions.flatMap((definition) => members(definition[key]).map((item) => String(item.source))).concat(key === 'secrets' ? built : []);
  const networks = resources(raw.networks, 'networks', network, attached, canon);
  return {
    services: Object.fromEntries(named),
    networks: Object.fromEntries(Object.entries(networks).filter(([name, section]) => name !== 'default' || (isRecord(section) && Object.keys(section).length > 0))),
    volumes: resources(raw.volumes, 'volumes', volume, mounted, canon),
    configs: resources(raw.configs, 'configs', fileResource, referenced('configs'), canon),
    secrets: resources(raw.secrets, 'secrets', fileResource, referenced('secrets'), canon),
  };
}

/** The entries of a canonical list of maps. */
export function members(value: Json | undefined): readonly Readonly<Record<string, Json>>[] {
  return Array.isArray(value) ? (value as readonly Json[]).filter(isRecord) : [];
}

function canonicalService(name: string, section: Readonly<Record<string, Json>>, variables: Readonly<Record<string, string>>, canon: Canon): Canonical['services'][string] {
  const path: Path = ['services', name];
  const given = <T extends Json>(key: string, form: Form): T | undefined => {
    const value = section[key];
    return value === undefined || value === null ? undefined : (form(value, [...path, key], canon) as T | undefined);
  };
  const build = given<Json>('build', (value, at) => canonicalBuild(value, variables, at, canon)) as ComposeBuild | undefined;
  const image = given<string>('image', nonEmpty);
  const scale = given<number>('scale', integer);
  const replicas = isRecord(section.deploy) && section.deploy.replicas !== undefined && section.deploy.replicas !== null ? (integer(section.deploy.replicas, [...path, 'deploy', 'replicas'], canon) as number | undefined) : undefined;
  const count = replicas ?? scale;
  const pairs = section.environment === undefined || section.environment === null ? [] : (asPairs(section.environment, [...path, 'environment'], canon) ?? []);
  const environment = pairs.map(([key, value]): [string, string | undefined] => [key, value ?? (Object.hasOwn(variables, key) ? variables[key] : undefined)]);
  return {
    name,
    definition: sortedDeep(canonicalDefinition(section, path, canon)),
    ...(build === undefined ? {} : { build }),
    ...(image === undefined ? {} : { image }),
    profiles: [...(given<string[]>('profiles', texts) ?? [])].sort(compare),
    dependsOn: withImplied(dependencies(section.depends_on, [...path, 'depends_on'], canon), section),
    ...(count === undefined ? {} : { replicas: count }),
    environment: Object.fromEntries(environment.sort(([a], [b]) => compare(a, b))),
  };
}

const conditions = new Set(['service_started', 'service_healthy', 'service_completed_successfully']);
const dependency = record({ condition: text, required: flag, restart: flag });

function dependencies(value: Json | undefined, path: Path, canon: Canon): readonly Dependency[] {
  if (value === undefined || value === null) return [];
  const entries: readonly (readonly [string, Json])[] = Array.isArray(value) ? (value as readonly Json[]).map((name) => [String(name), null] as const) : isRecord(value) ? Object.entries(value) : [];
  if (!Array.isArray(value) && !isRecord(value)) wrong(canon, path, 'a list or a map of services');
  return entries.map(([service, item]): Dependency => {
    const long = item === null ? {} : ((dependency(item, [...path, service], canon) as Readonly<Record<string, Json>> | undefined) ?? {});
    const condition = long.condition ?? 'service_started';
    if (!conditions.has(condition as string)) wrong(canon, [...path, service, 'condition'], '`service_started`, `service_healthy` or `service_completed_successfully`');
    return { service, condition: condition as Dependency['condition'], required: long.required !== false, restart: long.restart === true };
  }).sort((a, b) => compare(a.service, b.service));
}

/** What Compose takes for a dependency though nobody wrote it as one. */
function withImplied(written: readonly Dependency[], section: Readonly<Record<string, Json>>): readonly Dependency[] {
  const implied = new Map(written.map((one) => [one.service, one]));
  const add = (service: string, restart: boolean): void => void (implied.has(service) || implied.set(service, { service, condition: 'service_started', required: true, restart }));
  for (const link of listed(section.links)) add(link.split(':')[0] as string, true);
  for (const key of ['network_mode', 'ipc', 'pid', 'uts', 'cgroup']) if (typeof section[key] === 'string' && section[key].startsWith('service:')) add(section[key].slice('service:'.length), true);
  for (const from of listed(section.volumes_from)) if (!from.startsWith('container:')) add(from.split(':')[0] as string, false);
  return [...implied.values()].sort((a, b) => compare(a.service, b.service));
}

function listed(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? (value as readonly Json[]).filter((item) => typeof item === 'string') : [];
}

/** `true`, or the old form `{ name: x }`. */
const external: Form = (value, path, canon) => (isRecord(value) ? true : flagIfOn(value, path, canon));
const ipam = record({ driver: nonEmpty, options: textMap, config: listOf(record({ subnet: nonEmpty, gateway: nonEmpty, ip_range: nonEmpty, aux_addresses: textMap })) });
const network = record({ name: nonEmpty, external, driver: nonEmpty, driver_opts: textMap, ipam, internal: flagIfOn, attachable: flagIfOn, enable_ipv4: flag, enable_ipv6: flag, labels: textMap });
/** The device of a bind is a path, which Compose makes absolute. */
const volumeOptions: Form = (value, path, canon) => {
  const options = textMap(value, path, canon);
  if (!isRecord(options) || !String(options.o ?? '').split(',').includes('bind')) return options;
  const { device, ...rest } = options;
  const place = typeof device === 'string' && device !== '' ? portablePath(device, canon.portable) : '.';
  return place === '.' ? rest : { ...rest, device: place };
};
const volume = record({ name: nonEmpty, external, driver: nonEmpty, driver_opts: volumeOptions, labels: textMap });
const fileResource = record({ name: nonEmpty, external, file: (value, path, canon) => (typeof value === 'string' ? portablePath(value, canon.portable) : wrong(canon, path, 'a path')), environment: nonEmpty, content: text, labels: ignored, driver: nonEmpty, driver_opts: textMap, template_driver: nonEmpty });

function resources(value: Json | undefined, top: string, form: Form, used: readonly string[], canon: Canon): Record<string, Json> {
  const declared = isRecord(value) ? value : {};
  if (value !== undefined && value !== null && !isRecord(value)) wrong(canon, [top], 'a map');
  const wanted = new Set(used);
  const result = Object.entries(declared).map(([key, item]): [string, Json] => {
    const section = item === null ? {} : ((form(item, [top, key], canon) as Readonly<Record<string, Json>> | undefined) ?? {});
    const old = isRecord(item) && isRecord(item.external) && typeof item.external.name === 'string' ? { name: item.external.name } : {};
    const whole: Readonly<Record<string, Json>> = { ...old, ...section };
    const { name, ...rest } = whole;
    // An external one is named by its key where it has no name; any other one by project and key, which is Compose's own doing.
    const kept = whole.external === true ? (name ?? key) : name === `${canon.project}_${key}` ? undefined : name;
    return [key, sortedDeep(kept === undefined ? rest : { ...rest, name: kept })];
  });
  return Object.fromEntries(result.filter(([key]) => wanted.has(key)).sort(([a], [b]) => compare(a, b)));
}
