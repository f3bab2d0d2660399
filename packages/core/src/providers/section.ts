import { type Path, valueAt } from '../config/path.js';
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

/**
 * Validates a provider's section by the schema that the provider publishes, and fills in the schema's defaults. The section itself is not changed.
 * @param path of the section in the config, as in `['proxy', 'providers', 'traefik']`: messages name it.
 * @param locate gives the user's own line of a path below the section.
 * @throws StagecraftError `external` SC1206 when the provider's schema is none.
 */
export async function validateSection(loaded: Pick<LoadedProvider, 'entry' | 'provider'>, section: Readonly<Record<string, unknown>>, path: Path, locate: (path: Path, part?: 'key' | 'value') => Location): Promise<CheckedSection> {
  const config = structuredClone(section) as Record<string, unknown>;
  const check = await compile(loaded.provider.configSchema, { defaults: true }).catch((error: unknown) => {
    const { entry } = loaded;
    const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    throw fail({ code: 'SC1206', kind: 'external', message: `the ${entry.kind} provider \`${entry.id}\` of ${entry.package}@${entry.version} is wrong: \`configSchema\` is no JSON Schema: ${why}`, next: ['stagecraft plugins update', `or report it to whoever keeps ${entry.package}`], cause: error });
  });
  // A value that a variable or a default gave stands nowhere in the file: it is not shown.
  const show = (value: unknown, at: Path): string => (valueAt(section, at) === undefined ? 'a default' : showValue(value));
  const problems = check(config, { below: path, show });
  return { config, findings: findingsOf(problems, (at, part) => locate([...path, ...at], part)) };
}
