import { valueAt } from '../config/path.js';
import type { Origin } from '../config/types.js';
import { loadSettings } from './settings.js';
import type { ConfigShown, Workspace } from './types.js';

/**
 * The settings of one environment, each with its origin, sorted by path. Values of variables are masked.
 * @throws as `loadSettings`.
 */
export async function configShow(workspace: Workspace): Promise<ConfigShown> {
  const { settings } = await loadSettings(workspace);
  const origins: Record<string, Origin> = { ...settings.origins };
  const values: Record<string, unknown> = { ...settings.values };
  // What the providers' schemas fill in.
  const sections = [...settings.backends.map(({ name, provider, config }) => ({ path: settings.backends.length === 1 && name === 'backend' ? 'backend' : `backends.${name}`, provider, config })), ...(settings.proxy === undefined ? [] : [{ path: 'proxy', ...settings.proxy }]), ...(settings.secrets?.provider === undefined ? [] : [{ path: 'secrets', provider: settings.secrets.provider, config: settings.secrets.config }])];
  for (const { path, provider, config } of sections) {
    for (const [leaf, value] of leaves(config, `${path}.providers.${provider}`)) {
      if (!(leaf in values)) origins[leaf] = { kind: 'default' };
      values[leaf] = value;
    }
  }
  const shown = Object.keys(origins).sort().map((path) => ({ path, value: path.startsWith('variables.') ? '***' : valueAt(values, [path]), origin: origins[path] as Origin }));
  return { values: shown, findings: settings.findings };
}

function* leaves(value: unknown, path: string): Iterable<readonly [string, unknown]> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    for (const [key, item] of Object.entries(value)) yield* leaves(item, `${path}.${key}`);
  } else yield [path, value];
}
