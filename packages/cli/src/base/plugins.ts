import type { Config } from '@oclif/core';
import type { PluginRef } from '@stagecraft/core';

/** The plugins that oclif found, as core wants them, sorted by name. Nothing of them is imported. */
export function pluginsOf(config: Config, options: { readonly fromSources: boolean }): readonly PluginRef[] {
  return [...config.plugins.values()]
    .filter((plugin) => 'stagecraft' in plugin.pjson)
    .map((plugin) => ({
      name: plugin.name,
      version: plugin.version,
      root: plugin.root,
      manifest: options.fromSources && plugin.type === 'core' ? fromSources(plugin.pjson) : (plugin.pjson as unknown as Record<string, unknown>),
      bundled: plugin.type === 'core',
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Manifests name what a build makes; while developing the sources stand for it. */
function fromSources(manifest: object): Record<string, unknown> {
  return JSON.parse(JSON.stringify(manifest, (_, value: unknown) => (typeof value === 'string' ? value.replace(/^\.\/dist\/(.+)\.js$/, './src/$1.ts') : value))) as Record<string, unknown>;
}
