import { resolve, sep } from 'node:path';
import { satisfies, validRange } from 'semver';
import { isMap } from '../config/path.js';
import type { ProviderKind } from '../plugin-api/descriptor.js';
import type { Finding } from '../plugin-api/failure.js';
import { apiVersions } from '../plugin-api/versions.js';
import { createRegistry, type Registry } from './registry.js';
import type { PluginRef, ProviderEntry } from './types.js';

/** What the plugins say that they bring. Nothing was imported for it. */
export interface ProviderIndex {
  /** Sorted by kind, id, package; those that cannot be used as well, with the reason. */
  readonly entries: readonly ProviderEntry[];
  /** Warnings about entries and plugins that are switched off. */
  readonly findings: readonly Finding[];
  registry(kind: ProviderKind): Registry;
}

/**
 * Reads `stagecraft.providers` of each plugin's package.json. A wrong or incompatible entry is switched off and told in `findings`; it
 * never stands in the way of another.
 */
export function indexProviders(plugins: readonly PluginRef[]): ProviderIndex {
  const findings: Finding[] = [];
  const off = (plugin: PluginRef, message: string, next: readonly string[]): void => {
    findings.push({ severity: 'warning', code: 'SC1210', message: `${plugin.name}@${plugin.version}: ${message}`, next });
  };
  const all = chosen(plugins).flatMap((plugin) => entriesOf(plugin, off));
  const entries = refuseDuplicates(all, findings).sort((a, b) => compare(a.kind, b.kind) || compare(a.id, b.id) || compare(a.package, b.package));
  return {
    entries,
    findings,
    registry: (kind) => createRegistry(kind, entries.filter((entry) => entry.kind === kind)),
  };
}

/** As oclif does it: an installed package replaces the bundled one of its name. */
function chosen(plugins: readonly PluginRef[]): readonly PluginRef[] {
  const byName = new Map<string, PluginRef>();
  for (const plugin of plugins) {
    const before = byName.get(plugin.name);
    if (before === undefined || (before.bundled && !plugin.bundled)) byName.set(plugin.name, plugin);
  }
  return [...byName.values()].sort((a, b) => compare(a.name, b.name));
}

type Off = (plugin: PluginRef, message: string, next: readonly string[]) => void;

function entriesOf(plugin: PluginRef, off: Off): readonly ProviderEntry[] {
  const section = plugin.manifest['stagecraft'];
  if (section === undefined) return [];
  const kinds = isMap(section) ? section['providers'] : undefined;
  if (!isMap(kinds)) {
    off(plugin, '`stagecraft.providers` of its package.json is no map', [`stagecraft plugins uninstall ${plugin.name}`]);
    return [];
  }
  return Object.entries(kinds).flatMap(([kind, ids]) => {
    if (!Object.hasOwn(apiVersions, kind)) {
      off(plugin, `it brings \`${kind}\`, which needs a newer stagecraft`, ['npm install -g @stagecraft/cli@latest']);
      return [];
    }
    if (!isMap(ids)) {
      off(plugin, `\`stagecraft.providers.${kind}\` of its package.json is no map`, [`stagecraft plugins uninstall ${plugin.name}`]);
      return [];
    }
    return Object.entries(ids).flatMap(([id, entry]) => entryOf(plugin, kind as ProviderKind, id, entry, off));
  });
}

function entryOf(plugin: PluginRef, kind: ProviderKind, id: string, entry: unknown, off: Off): readonly ProviderEntry[] {
  const at = `\`stagecraft.providers.${kind}.${id}\``;
  const wrong = (what: string): readonly ProviderEntry[] => {
    off(plugin, `${at} of its package.json ${what}`, [`stagecraft plugins update, or report it to whoever keeps ${plugin.name}`]);
    return [];
  };
  if (!/^[a-z0-9][a-z0-9_.-]{0,62}$/.test(id)) return wrong(id === '' ? 'has an empty id' : 'is no identifier');
  const { module, api, default: preferred } = isMap(entry) ? entry : {};
  if (typeof module !== 'string' || module === '') return wrong('has no `module`');
  if (typeof api !== 'string' || validRange(api) === null) return wrong('has no `api` that is a range of versions');
  const path = resolve(plugin.root, module);
  if (!path.startsWith(plugin.root.endsWith(sep) ? plugin.root : `${plugin.root}${sep}`)) return wrong('names a `module` outside its package');

  const offered = apiVersions[kind];
  const usable = satisfies(offered, api, { includePrerelease: true });
  const unusable = `it needs the ${kind} interface ${api}; this stagecraft offers ${offered}`;
  if (!usable) off(plugin, `${kind} provider \`${id}\` is switched off: ${unusable}`, [`stagecraft plugins update`, `or a stagecraft that fits ${plugin.name}@${plugin.version}`]);
  return [{ kind, id, package: plugin.name, version: plugin.version, module: path, api, bundled: plugin.bundled, ...(plugin.bundled && preferred === true ? { default: true } : {}), ...(usable ? {} : { unusable }) }];
}

/** Two packages with one id: neither is used, for nobody said which one is meant. */
function refuseDuplicates(entries: readonly ProviderEntry[], findings: Finding[]): ProviderEntry[] {
  return entries.map((entry) => {
    const others = entries.filter((other) => other !== entry && other.unusable === undefined && other.kind === entry.kind && other.id === entry.id);
    if (others.length === 0 || entry.unusable !== undefined) return entry;
    const packages = [entry, ...others].map((each) => each.package).sort();
    const unusable = `${packages.join(' and ')} both bring the ${entry.kind} provider \`${entry.id}\``;
    if (entry.package === packages[0]) {
      findings.push({ severity: 'warning', code: 'SC1211', message: `${unusable}: neither is used`, next: packages.map((name) => `stagecraft plugins uninstall ${name}`) });
    }
    return { ...entry, unusable };
  });
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
