import { type Path, valueAt } from '../config/path.js';
import { invalid } from '../config/read.js';
import { semanticProblems } from '../config/semantic.js';
import type { ConfigFile, Settings } from '../config/types.js';
import { findingsOf } from '../config/validate.js';
import type { ProviderKind } from '../plugin-api/descriptor.js';
import type { Finding } from '../plugin-api/failure.js';
import type { Location } from '../plugin-api/location.js';
import type { Files } from '../ports/files.js';
import type { ProviderEntry } from '../providers/types.js';
import { chooseEnvironment } from './choose.js';
import { composeMentions } from './compose-mentions.js';
import { effectiveConfig, type Override } from './effective.js';
import { insideProject } from './inside.js';
import { interpolate } from './interpolate.js';
import { buildSettings } from './settings.js';
import { substitute } from './substitute.js';
import { resolveVariables } from './variables.js';

export interface ResolveOptions {
  readonly config: ConfigFile;
  /** Absent: the only one. */
  readonly environment?: string;
  readonly processEnv: Readonly<Record<string, string | undefined>>;
  readonly files: Files;
  /** Texts of the Compose files, or how to get them once their paths are known: what they mention may come from the process. */
  readonly composeTexts: readonly string[] | ((paths: readonly string[]) => Promise<readonly string[]>);
  /** Settings that flags give. */
  readonly overrides?: readonly Override[];
  /** Absent: ids of providers are not checked. */
  readonly providers?: readonly ProviderEntry[];
}

/**
 * One environment's settings: flag > `STAGECRAFT_*` variable > the environment's section > top level > default; maps merge by key, lists and
 * scalars replace; variables put in; every value with its origin.
 * @throws StagecraftError `user`, all that is wrong at once in its `findings`.
 */
export async function resolveSettings(options: ResolveOptions): Promise<Settings> {
  return (await resolveEnvironment(options)).settings;
}

export interface Resolved {
  readonly settings: Settings;
  /** The place of a path of the merged config. */
  locate(path: Path, part?: 'key' | 'value'): Location;
  /** What was written where a variable gave the value; undefined elsewhere. */
  written(path: Path): unknown;
}

/** As `resolveSettings`; gives also what checks of sections by their providers need. */
export async function resolveEnvironment(options: ResolveOptions): Promise<Resolved> {
  const { config, files, processEnv } = options;
  const environment = chooseEnvironment(config, options.environment);
  const effective = effectiveConfig(config, environment, processEnv, options.overrides ?? []);

  // Compose's paths are needed before any variable is resolved, since its files say which variables there are.
  const compose = await composePaths(config, files, pick(processEnv, config.mentions));
  const texts = typeof options.composeTexts === 'function' ? await options.composeTexts(compose) : options.composeTexts;
  const mentioned = [...new Set([...config.mentions, ...(await composeMentions(texts))])].sort();
  const variables = await resolveVariables({ config, environment, files, process: pick(processEnv, mentioned) });

  const { errors, warnings, written } = await substitute(effective, variables.values);
  const all = [...errors, ...findingsOf(errors.length > 0 ? [] : semanticProblems(effective.data, options.providers), effective.locate)];
  const defaultProxy = preferred('proxy', options.providers ?? []);
  if (all.length === 0 && needsProxy(effective.data) && defaultProxy === undefined) all.push(noProxy(effective.locate(['routes']), options.providers ?? []));
  if (all.length > 0) throw invalid(config.file, all);
  return { settings: buildSettings(effective, compose, variables, once([...variables.findings, ...warnings]), defaultProxy ?? ''), locate: effective.locate, written };
}

const usual = ['docker-compose.yml', 'docker-compose.yaml', 'compose.yml', 'compose.yaml'] as const;

async function composePaths(config: ConfigFile, files: Files, variables: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const written = valueAt(config.data, ['project', 'compose']);
  if (written === undefined) {
    for (const path of usual) if ((await files.stat(path)) !== undefined) return [path];
    return [usual[0]];
  }
  const paths: string[] = [];
  for (const [index, path] of [written].flat().entries()) {
    const location = config.locate(Array.isArray(written) ? ['project', 'compose', index] : ['project', 'compose'], 'value');
    paths.push(await insideProject(files, config.folder, interpolate(String(path), variables, location), 'compose', location));
  }
  return paths;
}

/** The provider of a kind that is used where none is named: the one that says so, or the only one. */
function preferred(kind: ProviderKind, providers: readonly ProviderEntry[]): string | undefined {
  const usable = providers.filter((entry) => entry.kind === kind && entry.unusable === undefined);
  return (usable.find((entry) => entry.default === true) ?? (usable.length === 1 ? usable[0] : undefined))?.id;
}

function needsProxy(data: Readonly<Record<string, unknown>>): boolean {
  return ((valueAt(data, ['routes']) ?? []) as readonly unknown[]).length > 0 && valueAt(data, ['proxy', 'provider']) === undefined;
}

function noProxy(location: Location, providers: readonly ProviderEntry[]): Finding {
  const known = providers.filter((entry) => entry.kind === 'proxy' && entry.unusable === undefined).map((entry) => entry.id);
  return { severity: 'error', code: 'SC1045', message: 'there are routes, and no proxy is named to carry them out', next: [known.length === 0 ? 'install a plugin that brings a proxy provider' : `add \`proxy: { provider: ${known[0]} }\`; known: ${known.join(', ')}`], location };
}

function pick(processEnv: Readonly<Record<string, string | undefined>>, names: readonly string[]): Readonly<Record<string, string>> {
  const picked: Record<string, string> = {};
  for (const name of names) {
    const value = Object.hasOwn(processEnv, name) ? processEnv[name] : undefined;
    if (value !== undefined) picked[name] = value;
  }
  return picked;
}

function once(findings: readonly Finding[]): readonly Finding[] {
  const seen = new Set<string>();
  return findings.filter((finding) => {
    const key = JSON.stringify(finding);
    return !seen.has(key) && seen.add(key);
  });
}

