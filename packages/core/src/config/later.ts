import type { Path } from './path.js';

/**
 * Keys and values of the design that this version does not carry out. They are errors of their own kind: silence would let someone
 * believe that migrations ran. `*` stands for any name or index.
 */
const keys: Readonly<Record<string, readonly string[]>> = {
  '': ['frontend', 'frontends', 'databases', 'network', 'cloud', 'ci', 'dev', 'hooks', 'plugins'],
  'services.*': ['url_env'],
  'environments.*.services.*': ['url_env'],
  proxy: ['external'],
  'environments.*.proxy': ['external'],
  'environments.*': ['drivers', 'databases', 'network'],
  'environments.*.hosts.*': ['engine'],
};

const values: Readonly<Record<string, readonly unknown[]>> = {
  'project.images': ['carry'],
  'services.*.mode': ['external'],
  'environments.*.services.*.mode': ['external'],
  'routes.*.tls': ['acme'],
  'environments.*.routes.*.tls': ['acme'],
  'rollout.on_failure': ['pause', 'continue'],
  'environments.*.rollout.on_failure': ['pause', 'continue'],
};

export function isLaterKey(parent: Path, key: string): boolean {
  return keys[shape(parent)]?.includes(key) ?? false;
}

export function isLaterValue(path: Path, value: unknown): boolean {
  return values[shape(path)]?.includes(value) ?? false;
}

const mapsOfNames = new Set(['environments', 'services', 'hosts', 'backends', 'providers']);

function shape(path: Path): string {
  return path.map((part, index) => (typeof part === 'number' || mapsOfNames.has(String(path[index - 1])) ? '*' : part)).join('.');
}
