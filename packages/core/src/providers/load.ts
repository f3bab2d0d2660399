import { pathToFileURL } from 'node:url';
import { satisfies, valid } from 'semver';
import { isMap } from '../config/path.js';
import { fail } from '../errors/index.js';
import type { BackendProvider } from '../plugin-api/backend.js';
import type { Descriptor, ProviderKind } from '../plugin-api/descriptor.js';
import type { ProxyProvider } from '../plugin-api/proxy.js';
import type { SecretsProvider } from '../plugin-api/secrets.js';
import { apiVersions } from '../plugin-api/versions.js';
import type { ProviderIndex } from './index-providers.js';
import type { ProviderEntry } from './types.js';

/** The interface of each kind. */
export interface ProviderOfKind {
  backend: BackendProvider;
  proxy: ProxyProvider;
  secrets: SecretsProvider;
}

export type Provider<Kind extends ProviderKind> = Kind extends keyof ProviderOfKind ? ProviderOfKind[Kind] : Descriptor<Kind>;

/** A provider that was imported, and where it came from. */
export interface LoadedProvider<Kind extends ProviderKind = ProviderKind> {
  readonly entry: ProviderEntry;
  readonly provider: Provider<Kind>;
}

/** Functions that a provider of the kind must have. A kind that this version does not call has none. */
const required: Readonly<Record<ProviderKind, readonly string[]>> = {
  backend: ['build'],
  ci: [],
  cloud: [],
  driver: [],
  frontend: [],
  migration: [],
  network: [],
  proxy: ['service', 'change', 'observe'],
  secrets: ['list', 'write'],
};

const optional: Readonly<Partial<Record<ProviderKind, readonly string[]>>> = { backend: ['dev', 'preflight'], proxy: ['open', 'check', 'preflight'], secrets: ['read', 'place', 'preflight'] };

/**
 * Imports one provider and checks its descriptor.
 * @throws StagecraftError `user` SC1201 or SC1202 when there is none of that id or it cannot be used; `external` SC1204 when its module cannot be
 * imported, SC1205 when its descriptor is wrong: package, version and field are named.
 */
export async function loadProvider<Kind extends ProviderKind>(index: ProviderIndex, kind: Kind, id: string): Promise<LoadedProvider<Kind>> {
  const entry = index.registry(kind).get(id);
  let module: Record<string, unknown>;
  try {
    module = (await import(pathToFileURL(entry.module).href)) as Record<string, unknown>;
  } catch (error) {
    throw fail({
      code: 'SC1204',
      kind: 'external',
      message: `the ${kind} provider \`${id}\` of ${named(entry)} could not be loaded: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)}`,
      next: [entry.bundled ? 'npm install -g @stagecraft/cli@latest' : `stagecraft plugins install ${entry.package}`],
      cause: error,
    });
  }
  const wrong = faultOf(module['default'], entry);
  if (wrong !== undefined) throw fail({ code: 'SC1205', kind: 'external', message: `the ${kind} provider \`${id}\` of ${named(entry)} is wrong: ${wrong}`, next: ['stagecraft plugins update', `or report it to whoever keeps ${entry.package}`] });
  return { entry, provider: module['default'] as Provider<Kind> };
}

/** What is wrong with a descriptor, naming the field; undefined where nothing is. */
function faultOf(descriptor: unknown, entry: ProviderEntry): string | undefined {
  if (!isMap(descriptor)) return 'its module has no default export that is a descriptor';
  const { kind, id, api, configSchema } = descriptor;
  if (kind !== entry.kind) return `\`kind\` is ${shown(kind)}, its package.json says "${entry.kind}"`;
  if (id !== entry.id) return `\`id\` is ${shown(id)}, its package.json says "${entry.id}"`;
  if (typeof api !== 'string' || valid(api) === null) return `\`api\` is ${shown(api)}, not a version such as "${apiVersions[entry.kind]}"`;
  // Written for a newer interface than this: it would miss members. `^` of a 0.x version lets patches pass only.
  if (!satisfies(apiVersions[entry.kind], `^${api}`)) return `\`api\` is "${api}"; this stagecraft offers ${apiVersions[entry.kind]}`;
  if (!isMap(configSchema)) return `\`configSchema\` is ${shown(configSchema)}, not a JSON Schema`;
  for (const name of required[entry.kind]) if (typeof descriptor[name] !== 'function') return `\`${name}\` is ${shown(descriptor[name])}, not a function`;
  for (const name of optional[entry.kind] ?? []) if (descriptor[name] !== undefined && typeof descriptor[name] !== 'function') return `\`${name}\` is ${shown(descriptor[name])}, not a function`;
  return undefined;
}

function named(entry: ProviderEntry): string {
  return `${entry.package}@${entry.version}`;
}

function shown(value: unknown): string {
  if (value === undefined) return 'missing';
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 60)) : value === null ? 'null' : Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}
