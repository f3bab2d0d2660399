import { asScalar } from '../config/open.js';
import { type Path, put, valueAt } from '../config/path.js';
import { compile, findingsOf, showValue } from '../config/validate.js';
import { fail } from '../errors/index.js';
import type { Finding } from '../plugin-api/failure.js';
import type { Location } from '../plugin-api/location.js';
import type { LoadedProvider } from './load.js';

/** A provider's section, with its defaults filled in, and what is wrong with it. */
export interface CheckedSection {
  readonly config: Readonly<Record<string, unknown>>;
  readonly findings: readonly Finding[];
}

export interface SectionPlaces {
  locate(path: Path, part?: 'key' | 'value'): Location;
  written?(path: Path): unknown;
}

/**
 * Validates a provider's section by the schema that the provider publishes, and fills in the schema's defaults. The section itself is not changed.
 * @param path of the section in the config, as in `['proxy', 'providers', 'traefik']`: messages name it.
 * @param places of paths of the config: `locate` gives the user's own line; `written` what stands there where a variable gave the value, which is then never
 * shown, and becomes a number where the schema wants one.
 * @throws StagecraftError `external` SC1206 when the provider's schema is none.
 */
export async function validateSection(loaded: Pick<LoadedProvider, 'entry' | 'provider'>, section: Readonly<Record<string, unknown>>, path: Path, places: SectionPlaces): Promise<CheckedSection> {
  const config = structuredClone(section) as Record<string, unknown>;
  const check = await compile(loaded.provider.configSchema, { defaults: true }).catch((error: unknown) => {
    const { entry } = loaded;
    const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    throw fail({ code: 'SC1206', kind: 'external', message: `the ${entry.kind} provider \`${entry.id}\` of ${entry.package}@${entry.version} is wrong: \`configSchema\` is no JSON Schema: ${why}`, next: ['stagecraft plugins update', `or report it to whoever keeps ${entry.package}`], cause: error });
  });
  const written = (at: Path): unknown => places.written?.([...path, ...at]);
  for (const problem of check(config)) {
    const value = valueAt(config, problem.path);
    if (written(problem.path) !== undefined && typeof value === 'string') put(config, problem.path, asScalar(value, problem.type ?? []));
  }
  const show = (value: unknown, at: Path): string => (written(at) === undefined ? showValue(value) : `what ${showValue(written(at))} gives`);
  const problems = check(config, { below: path, show });
  return { config, findings: findingsOf(problems, (at, part) => places.locate([...path, ...at], part)) };
}
