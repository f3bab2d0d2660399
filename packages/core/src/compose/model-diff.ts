import { canonicalJson, compare } from './canonical-json.js';
import type { Desired, DesiredService, Json } from './model.js';

/** What one release says and another says otherwise. */
export interface Difference {
  /** As in `services.api.image`, `routes./api`, `services.api.environment.GREETING`. */
  readonly path: string;
  /** Absent: the first release has it not. */
  readonly before?: string;
  readonly after?: string;
}

/** Environment by service. Secret. */
export type ModelValues = Readonly<Record<string, Readonly<Record<string, string>>>>;

/**
 * Differences between two sealed models, sorted by path. Values of variables are never told, only that they differ.
 * @param values of both; absent where the host has them no more: then only names tell.
 */
export function modelDifferences(a: Desired, b: Desired, values: { readonly a?: ModelValues; readonly b?: ModelValues } = {}): readonly Difference[] {
  const services = names(a.services.map((s) => s.name), b.services.map((s) => s.name)).flatMap((name) => {
    const [one, other] = [a, b].map((model) => model.services.find((s) => s.name === name));
    return between(`services.${name}`, one && serviceView(one), other && serviceView(other)).concat(one && other ? variablesOf(name, one, other, values) : []);
  });
  const rest = between('', restView(a), restView(b));
  return [...services, ...rest].sort((x, y) => compare(x.path, y.path));
}

/** What of a service tells; images by both names, mounted files by place and content. */
function serviceView(service: DesiredService): Json {
  const { kind, role, replicas, singleton, strategy, definition } = service;
  return plain({
    kind,
    role,
    replicas,
    singleton,
    strategy,
    image: `${service.image.reference}${service.image.id === undefined ? '' : ` (${service.image.id.slice(0, 19)})`}`,
    files: Object.fromEntries(service.files.map((file) => [file.source, `${file.digest.slice(0, 12)} ${file.mode.toString(8)}`])),
    definition: JSON.parse(JSON.stringify(definition), (_, value: unknown) => (typeof value === 'string' ? value.replace(/^files\/[^/]+\//, 'files/') : value)) as Json,
    depends_on: Object.fromEntries(service.dependsOn.map((one) => [one.service, one.condition])),
    timeouts: { health: service.healthTimeoutMs, settle: service.settleMs, drain: service.drainMs, stop_grace: service.stopGraceMs },
  });
}

function restView(model: Desired): Json {
  return plain({
    compose_project: model.composeProject,
    hosts: Object.fromEntries(model.hosts.map((host) => [host.name, host.roles])),
    networks: model.networks,
    volumes: model.volumes,
    proxy: model.proxy,
    rollout: model.rollout,
    routes: Object.fromEntries(model.routes.map(({ location: _, ...route }) => [`${route.host ?? '*'}${route.path ?? '/'}`, route])),
  });
}

function variablesOf(name: string, one: DesiredService, other: DesiredService, values: { readonly a?: ModelValues; readonly b?: ModelValues }): readonly Difference[] {
  const [before, after] = [values.a?.[name], values.b?.[name]];
  const found = names(one.variables, other.variables).flatMap((variable): Difference[] => {
    const path = `services.${name}.environment.${variable}`;
    if (!one.variables.includes(variable)) return [{ path, after: '***' }];
    if (!other.variables.includes(variable)) return [{ path, before: '***' }];
    return before && after && before[variable] !== after[variable] ? [{ path, before: '***', after: '*** (another value)' }] : [];
  });
  const unknown = found.length === 0 && !(before && after) && one.valuesDigest !== other.valuesDigest;
  return unknown ? [{ path: `services.${name}.environment`, before: '***', after: '*** (another value)' }] : found;
}

/** Leaves that differ. Lists are compared whole: their order means something. */
function between(path: string, a: Json | undefined, b: Json | undefined): Difference[] {
  if (canonicalJson(a ?? null) === canonicalJson(b ?? null) && (a === undefined) === (b === undefined)) return [];
  if (isMap(a) && isMap(b)) return names(Object.keys(a), Object.keys(b)).flatMap((key) => between(path === '' ? key : `${path}.${key}`, a[key], b[key]));
  return [{ path, ...(a === undefined ? {} : { before: text(a) }), ...(b === undefined ? {} : { after: text(b) }) }];
}

function isMap(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: Json): string {
  return typeof value === 'string' ? value : canonicalJson(value);
}

function names(a: readonly string[], b: readonly string[]): readonly string[] {
  return [...new Set([...a, ...b])].sort(compare);
}

/** Without what is undefined. */
function plain(value: unknown): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}
