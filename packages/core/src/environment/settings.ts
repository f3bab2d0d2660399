import { defaults } from '../config/defaults.js';
import { durationMs } from '../config/duration.js';
import { isMap, type Path, pathText, valueAt } from '../config/path.js';
import type { BackendSettings, Origin, ProxySettings, RegistrySettings, RolloutSettings, RouteSettings, SecretsSettings, ServiceSettings, Settings } from '../config/types.js';
import type { Finding } from '../plugin-api/failure.js';
import type { Location } from '../plugin-api/location.js';
import type { Effective } from './effective.js';
import { hostsOf } from './host-settings.js';
import type { ResolvedVariables } from './variables.js';

/** Makes settings of a config that is resolved and valid. What it takes from the defaults is noted in `origins`. */
export function buildSettings(effective: Effective, compose: readonly string[], variables: ResolvedVariables, findings: readonly Finding[], defaultProxy: string): Settings {
  const reader = createReader(effective);
  const { text, value, note } = reader;
  const own: Path = ['environments', effective.environment];
  const project = text(['project', 'name'], '');
  const services = Object.fromEntries(Object.keys(mapAt(effective, ['services'])).sort().map((name) => [name, serviceAt(reader, ['services', name])]));
  serviceAt(reader, ['services', '*']);
  const routes = routesOf(effective);
  const hosts = hostsOf(effective, services);
  const written = mapAt(effective, own)['hosts'];
  const secrets = secretsOf(reader);
  note(['project', 'compose'], compose.length === 1 ? compose[0] : compose);

  const settings = {
    project,
    environment: effective.environment,
    driver: text([...own, 'driver'], written === undefined ? 'local' : 'ssh'),
    composeProject: text([...own, 'compose_project'], `${project}-${effective.environment}`),
    compose,
    profiles: [...value<readonly string[]>([...own, 'profiles'], [])].sort(),
    images: text(['project', 'images'], defaults.images) as Settings['images'],
    ...registryOf(reader),
    registries: registriesOf(effective),
    hosts,
    backends: backendsOf(reader),
    services,
    routes,
    proxy: routes.length === 0 ? undefined : proxyOf(reader, defaultProxy),
    rollout: rolloutOf(reader),
    retention: { releases: value<number>(['retention', 'releases'], defaults.releases) },
    secretNames: secrets?.names.map(({ name }) => name) ?? [],
    ...(secrets === undefined ? {} : { secrets }),
    variables: variables.values,
    findings,
  };
  reader.leaves();
  for (const [name, origin] of Object.entries(variables.origins)) reader.tell(`variables.${name}`, variables.values[name], origin);
  return { ...settings, origins: reader.origins(), values: reader.values() };
}

/** What a service has that `services` does not name. */
export function serviceDefaults(location: Location): ServiceSettings {
  return {
    role: 'app',
    singleton: defaults.singleton,
    mode: defaults.mode,
    healthTimeoutMs: durationMs(defaults.healthTimeout),
    settleMs: durationMs(defaults.settle),
    drainMs: durationMs(defaults.drain),
    location,
  };
}

interface Reader {
  readonly effective: Effective;
  value<Type>(path: Path, fallback: Type): Type;
  text(path: Path, fallback: string): string;
  duration(path: Path, fallback: string): number;
  /** A value that is there, or nothing. */
  maybe<Type>(path: Path): Type | undefined;
  /** Notes a value under its path with the origin that it has. */
  note(path: Path, value: unknown): void;
  tell(path: string, value: unknown, origin: Origin): void;
  /** Notes all that is written and was not asked for. */
  leaves(): void;
  origins(): Readonly<Record<string, Origin>>;
  values(): Readonly<Record<string, unknown>>;
}

function createReader(effective: Effective): Reader {
  const noted = new Map<string, { readonly value: unknown; readonly origin: Origin }>();
  const shown = (path: Path): string => pathText(path[0] === 'environments' ? path.slice(2) : path);
  const note = (path: Path, value: unknown): void => {
    const there = valueAt(effective.data, path) !== undefined;
    noted.set(shown(path), { value, origin: there ? effective.origin(path) : { kind: 'default' } });
  };
  const maybe = <Type>(path: Path): Type | undefined => {
    const found = valueAt(effective.data, path);
    if (found !== undefined && found !== null) note(path, found);
    return found === null ? undefined : (found as Type | undefined);
  };
  const value = <Type>(path: Path, fallback: Type): Type => {
    const result = maybe<Type>(path) ?? fallback;
    note(path, result);
    return result;
  };
  const walk = (found: unknown, path: Path): void => {
    if (path.length === 3 && path[0] === 'environments' && path[2] === 'env') return;
    if (isMap(found)) for (const [key, item] of Object.entries(found)) walk(item, [...path, key]);
    else if (Array.isArray(found) && found.some(isMap)) found.forEach((item, index) => walk(item, [...path, index]));
    else if (!noted.has(shown(path)) && found !== null) note(path, found);
  };
  const sorted = <Type>(pick: (entry: { readonly value: unknown; readonly origin: Origin }) => Type): Readonly<Record<string, Type>> =>
    Object.fromEntries([...noted].sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, entry]) => [path, pick(entry)]));
  return {
    effective,
    note,
    maybe,
    value,
    text: value,
    duration: (path, fallback) => durationMs(value(path, fallback)),
    tell: (path, told, origin) => void noted.set(path, { value: told, origin }),
    leaves: () => walk(effective.data, []),
    origins: () => sorted((entry) => entry.origin),
    values: () => sorted((entry) => entry.value),
  };
}

function serviceAt({ value, text, duration, maybe, effective }: Reader, path: Path): ServiceSettings {
  const replicas = maybe<number>([...path, 'replicas']);
  const data = maybe<boolean>([...path, 'data']);
  const role = text([...path, 'role'], 'app');
  const strategy = maybe<'rolling' | 'recreate'>([...path, 'rollout', 'strategy']);
  const secrets = maybe<readonly string[]>([...path, 'secrets']);
  return {
    role,
    ...(replicas === undefined ? {} : { replicas }),
    singleton: value([...path, 'singleton'], defaults.singleton),
    ...(data === undefined ? {} : { data }),
    mode: value<ServiceSettings['mode']>([...path, 'mode'], defaults.mode),
    ...(strategy === undefined ? {} : { strategy }),
    healthTimeoutMs: duration([...path, 'rollout', 'health_timeout'], defaults.healthTimeout),
    settleMs: duration([...path, 'rollout', 'settle'], defaults.settle),
    drainMs: duration([...path, 'rollout', 'drain'], defaults.drain),
    ...(secrets === undefined ? {} : { secrets: [...secrets].sort() }),
    location: effective.locate(path),
  };
}

function routesOf(effective: Effective): readonly RouteSettings[] {
  const written = (valueAt(effective.data, ['routes']) ?? []) as readonly { readonly host?: string; readonly path?: string; readonly service: string; readonly port: number }[];
  const routes = written.map(({ host, path, service, port }, index): RouteSettings => {
    const prefix = path?.replace(/\/+$/, '') ?? '';
    return { ...(host === undefined ? {} : { host: host.toLowerCase() }), ...(prefix === '' ? {} : { path: prefix }), service, port, location: effective.locate(['routes', index]) };
  });
  const order = ({ host, path }: RouteSettings): string => `${host ?? ''}\u0000${path ?? ''}`;
  return routes.sort((a, b) => (order(a) < order(b) ? -1 : 1));
}

function backendsOf(reader: Reader): readonly BackendSettings[] {
  const { effective } = reader;
  const several = valueAt(effective.data, ['backends']);
  const paths: readonly (readonly [string, Path])[] = isMap(several) ? Object.keys(several).sort().map((name) => [name, ['backends', name]]) : [['backend', ['backend']]];
  return paths.map(([name, path]) => {
    const provider = reader.text([...path, 'provider'], defaults.backendProvider);
    return { name, provider, services: [...(reader.maybe<readonly string[]>([...path, 'services']) ?? [])].sort(), config: sectionOf(effective, path, provider), location: effective.locate(path) };
  });
}

function proxyOf(reader: Reader, fallback: string): ProxySettings {
  const provider = reader.text(['proxy', 'provider'], fallback);
  return {
    provider,
    listen: { http: reader.value(['proxy', 'listen', 'http'], defaults.listenHttp), https: reader.value(['proxy', 'listen', 'https'], defaults.listenHttps) },
    config: sectionOf(reader.effective, ['proxy'], provider),
    location: reader.effective.locate(['proxy']),
  };
}

function secretsOf(reader: Reader): SecretsSettings | undefined {
  const { effective } = reader;
  if (valueAt(effective.data, ['secrets']) === undefined) return undefined;
  const provider = reader.maybe<string>(['secrets', 'provider']);
  const names = reader.value<readonly string[]>(['secrets', 'names'], []);
  return {
    ...(provider === undefined ? {} : { provider }),
    config: provider === undefined ? {} : sectionOf(effective, ['secrets'], provider),
    names: names.map((name, index) => ({ name, location: effective.locate(['secrets', 'names', index], 'value') })).sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

function registryOf({ maybe }: Reader): Pick<Settings, 'registry'> {
  const registry = maybe<string>(['project', 'registry']);
  return registry === undefined ? {} : { registry };
}

function registriesOf(effective: Effective): readonly RegistrySettings[] {
  const written = (valueAt(effective.data, ['registries']) ?? []) as readonly { readonly host: string; readonly username_env: string; readonly password_env: string }[];
  return written.map(({ host, username_env: usernameEnv, password_env: passwordEnv }, index) => ({ host: host.toLowerCase(), usernameEnv, passwordEnv, location: effective.locate(['registries', index]) }));
}

function sectionOf(effective: Effective, path: Path, provider: string): Readonly<Record<string, unknown>> {
  return mapAt(effective, [...path, 'providers', provider]);
}

function rolloutOf(reader: Reader): RolloutSettings {
  const { value, text, duration } = reader;
  const parallel = value<string | number>(['rollout', 'max_parallel'], defaults.maxParallel);
  return {
    maxParallel: parallel,
    onFailure: text(['rollout', 'on_failure'], defaults.onFailure) as RolloutSettings['onFailure'],
    acknowledgeMs: duration(['rollout', 'acknowledge_timeout'], defaults.acknowledgeTimeout),
    unreachableMs: duration(['rollout', 'unreachable_timeout'], defaults.unreachableTimeout),
    ...witnessOf(reader),
  };
}

function witnessOf({ maybe, value }: Reader): Pick<RolloutSettings, 'witness'> {
  const url = maybe<string>(['rollout', 'witness', 'url']);
  if (url === undefined) return {};
  const budget = maybe<number>(['rollout', 'witness', 'budget']);
  return { witness: { url, rate: value(['rollout', 'witness', 'rate'], defaults.witnessRate), ...(budget === undefined ? {} : { budget }) } };
}

function mapAt(effective: Effective, path: Path): Readonly<Record<string, unknown>> {
  const value = valueAt(effective.data, path);
  return isMap(value) ? value : {};
}
