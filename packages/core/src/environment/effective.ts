import { isMap, type Path, put, valueAt } from '../config/path.js';
import type { ConfigFile, Origin } from '../config/types.js';
import type { Location } from '../plugin-api/location.js';

/** A setting that a flag gives. */
export interface Override {
  /** As in `rollout.max_parallel`. */
  readonly path: string;
  readonly value: unknown;
  /** As in `--max-parallel`. */
  readonly flag: string;
}

/**
 * The config as one environment sees it, in the file's own shape: the environment's section laid over the top level, variables and flags
 * over both. Each value knows where it came from.
 */
export interface Effective {
  readonly data: Record<string, unknown>;
  readonly environment: string;
  origin(path: Path): Origin;
  locate(path: Path, part?: 'key' | 'value'): Location;
  /** Paths whose values came as text from a flag or variable. */
  readonly given: readonly Path[];
}

/** Settings that a `STAGECRAFT_*` variable or a flag can give; those of the environment stand without their prefix. */
export const settable: readonly string[] = [
  'compose_project',
  'driver',
  'project.images',
  'proxy.listen.http',
  'proxy.listen.https',
  'proxy.provider',
  'retention.releases',
  'rollout.acknowledge_timeout',
  'rollout.max_parallel',
  'rollout.on_failure',
  'rollout.unreachable_timeout',
];

/** `rollout.max_parallel` is given by `STAGECRAFT_ROLLOUT_MAX_PARALLEL`. */
export function variableOf(path: string): string {
  return `STAGECRAFT_${path.replace(/[^A-Za-z0-9]/g, '_').toUpperCase()}`;
}

const laidOver = ['services', 'routes', 'rollout', 'proxy', 'secrets'] as const;

export function effectiveConfig(config: ConfigFile, environment: string, processEnv: Readonly<Record<string, string | undefined>>, overrides: readonly Override[]): Effective {
  const sources = new Map<string, Path>();
  const origins = new Map<string, Origin>();
  const given: Path[] = [];
  const section = valueAt(config.data, ['environments', environment]);
  const own = isMap(section) ? section : {};

  const data: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(config.data)) if (key !== 'environments') data[key] = copy(value, [key], [key], sources);
  for (const key of laidOver) {
    if (own[key] !== undefined) data[key] = lay(data[key], own[key], [key], ['environments', environment, key], sources);
  }
  const place: Path = ['environments', environment];
  const rest = Object.fromEntries(Object.entries(own).filter(([key]) => !(laidOver as readonly string[]).includes(key)));
  sources.set(JSON.stringify(place), place);
  data['environments'] = { [environment]: copy(rest, place, place, sources) };

  const give = (path: string, value: unknown, origin: Origin): void => {
    const parts = path.split('.');
    const target = parts.length === 1 ? [...place, ...parts] : parts;
    put(data, target, value);
    origins.set(JSON.stringify(target), origin);
    given.push(target);
  };
  for (const path of settable) {
    const name = variableOf(path);
    const value = processEnv[name];
    if (value !== undefined && value !== '') give(path, value, { kind: 'variable', name });
  }
  for (const { path, value, flag } of overrides) give(path, value, { kind: 'flag', name: flag });

  const locate = (path: Path, part: 'key' | 'value' = 'key'): Location => {
    for (let length = path.length; length > 0; length -= 1) {
      const source = sources.get(JSON.stringify(path.slice(0, length)));
      if (source !== undefined) return config.locate([...source, ...path.slice(length)], part);
    }
    return config.locate(path, part);
  };
  const origin = (path: Path): Origin => {
    for (let length = path.length; length > 0; length -= 1) {
      const found = origins.get(JSON.stringify(path.slice(0, length)));
      if (found !== undefined) return found;
    }
    return { kind: 'file', location: locate(path, 'value') };
  };
  return { data, environment, origin, locate, given };
}

/** Maps merge by key, lists and scalars replace. A section that stands there empty changes nothing. */
function lay(below: unknown, over: unknown, path: Path, source: Path, sources: Map<string, Path>): unknown {
  if (over === null && isMap(below)) return below;
  if (!isMap(below) || !isMap(over)) return copy(over, path, source, sources);
  sources.set(JSON.stringify(path), source);
  const result = { ...below };
  for (const [key, value] of Object.entries(over)) result[key] = lay(below[key], value, [...path, key], [...source, key], sources);
  return result;
}

function copy(value: unknown, path: Path, source: Path, sources: Map<string, Path>): unknown {
  sources.set(JSON.stringify(path), source);
  if (Array.isArray(value)) return value.map((item, index) => copy(item, [...path, index], [...source, index], sources));
  if (isMap(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copy(item, [...path, key], [...source, key], sources)]));
  return value;
}
