import { largestFile } from '../compose/read-yaml.js';
import type { Path } from '../config/path.js';
import { invalid, readConfigFile } from '../config/read.js';
import type { BackendSettings, ConfigFile, Settings } from '../config/types.js';
import type { Override } from '../environment/effective.js';
import { resolveEnvironment } from '../environment/resolve.js';
import type { Finding } from '../plugin-api/failure.js';
import { indexProviders, type ProviderIndex } from '../providers/index-providers.js';
import { loadProvider } from '../providers/load.js';
import { validateSection } from '../providers/section.js';
import type { Workspace } from './types.js';

export interface LoadOptions {
  /** In place of the workspace's. */
  readonly environment?: string;
  /** Settings that flags give. */
  readonly overrides?: readonly Override[];
}

export interface Loaded {
  readonly config: ConfigFile;
  readonly settings: Settings;
  readonly index: ProviderIndex;
}

/**
 * What every action starts with: reads the config, looks at what the plugins bring, resolves the environment, and validates the sections of the
 * providers that it chooses. Provider sections in the settings have their defaults.
 * @throws StagecraftError `user` for what is wrong with the files, everything at once in its `findings`; `external` for a provider that cannot be loaded.
 */
export async function loadSettings(workspace: Workspace, options: LoadOptions = {}): Promise<Loaded> {
  const { config, index } = await loadConfig(workspace);
  const environment = options.environment ?? workspace.environment;
  const settings = await settingsOf(workspace, config, index, environment, options.overrides ?? []);
  return { config, settings, index };
}

/** The config as read, and what the plugins bring; no environment is chosen. */
export async function loadConfig(workspace: Workspace): Promise<Pick<Loaded, 'config' | 'index'>> {
  const index = indexProviders(workspace.plugins);
  const config = await readConfigFile({ files: workspace.files, path: workspace.config, folder: workspace.folder, providers: index.entries });
  return { config, index };
}

/** One environment's settings of a config that is read. @throws as `loadSettings`. */
export async function settingsOf(workspace: Workspace, config: ConfigFile, index: ProviderIndex, environment: string | undefined, overrides: readonly Override[] = []): Promise<Settings> {
  const { files, processEnv } = workspace;
  // A Compose file that is not there or cannot be read mentions nothing; the Compose reader says what is wrong with it.
  const composeTexts = (paths: readonly string[]): Promise<readonly string[]> =>
    Promise.all(paths.map(async (path) => (await files.read(path, largestFile).catch(() => undefined)) ?? ''));
  const { settings, ...places } = await resolveEnvironment({ config, files, processEnv, composeTexts, overrides, providers: index.entries, ...(environment === undefined ? {} : { environment }) });

  const findings: Finding[] = [];
  const checked = async (kind: 'backend' | 'proxy' | 'secrets', id: string, section: Readonly<Record<string, unknown>>, path: Path): Promise<Readonly<Record<string, unknown>>> => {
    const result = await validateSection(await loadProvider(index, kind, id), section, [...path, 'providers', id], places);
    findings.push(...result.findings);
    return result.config;
  };
  const backends: BackendSettings[] = [];
  for (const backend of settings.backends) {
    const path = config.data['backends'] === undefined ? ['backend'] : ['backends', backend.name];
    // Nobody asked for this one: a project that builds nothing needs none.
    const unasked = config.data['backend'] === undefined && config.data['backends'] === undefined;
    if (unasked && !index.registry('backend').ids.includes(backend.provider)) {
      backends.push(backend);
      continue;
    }
    backends.push({ ...backend, config: await checked('backend', backend.provider, backend.config, path) });
  }
  const proxy = settings.proxy && { ...settings.proxy, config: await checked('proxy', settings.proxy.provider, settings.proxy.config, ['proxy']) };
  const secrets = settings.secrets?.provider === undefined ? settings.secrets : { ...settings.secrets, config: await checked('secrets', settings.secrets.provider, settings.secrets.config, ['secrets']) };
  if (findings.length > 0) throw invalid(config.file, findings);
  return { ...settings, backends, proxy, ...(secrets === undefined ? {} : { secrets }), findings: [...index.findings, ...settings.findings] };
}
