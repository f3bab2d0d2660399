import { mentionedNames } from '../environment/interpolate.js';
import { fail } from '../errors/index.js';
import type { Finding } from '../plugin-api/failure.js';
import type { Files } from '../ports/files.js';
import type { ProviderEntry } from '../providers/types.js';
import { readDocument } from './document.js';
import { isOpen } from './open.js';
import { isMap, valueAt } from './path.js';
import { configSchema, configVersion } from './schema.js';
import { semanticProblems } from './semantic.js';
import { readSource } from './source.js';
import type { ConfigFile } from './types.js';
import { compile, findingsOf, type Problem, sortFindings } from './validate.js';

export interface ReadConfigOptions {
  readonly files: Files;
  /** Path of the config, relative to the folder. */
  readonly path: string;
  /** Absolute project folder. */
  readonly folder: string;
  /** What the installed plugins bring; absent: ids of providers are not checked. */
  readonly providers?: readonly ProviderEntry[];
}

/**
 * Reads and checks `stagecraft.yml`. All that is wrong is told at once, each with its place.
 * Values that hold a `$` are checked again when an environment is resolved.
 * @throws StagecraftError `user`; with more than one thing wrong its code is SC1000. `findings` hold them all, sorted by place.
 */
export async function readConfigFile(options: ReadConfigOptions): Promise<ConfigFile> {
  const { path: file, folder } = options;
  const text = await readSource(options.files, file);
  const document = await readDocument(text, file);
  if (document.findings.length > 0) throw invalid(file, document.findings);
  const { data, locate } = document;
  refuseNewer(data, file, locate);

  const check = await schemaCheck();
  const problems = check(data, { later: true }).filter((problem) => problem.part === 'key' || !isOpen(valueAt(data, problem.path)) || !wantsScalar(problem));
  const findings = findingsOf(problems, locate);
  // What breaks the schema is skipped there; the rest is checked all the same.
  if (isMap(data)) findings.push(...findingsOf(semanticProblems(data, options.providers).slice(0, most), locate));
  if (findings.length > 0) throw invalid(file, findings);

  const valid = data as Readonly<Record<string, unknown>>;
  return { file, folder, data: valid, locate, mentions: mentionedNames(text), environments: Object.keys(valid['environments'] as object).sort() };
}

/** The check of the config's own schema; made once a call, since core keeps no state of its own. */
export function schemaCheck(): ReturnType<typeof compile> {
  return compile(configSchema, { trusted: true });
}

/** One error for everything that is wrong with a file. */
export function invalid(file: string, findings: readonly Finding[]): Error {
  const sorted = sortFindings(findings);
  const [first] = sorted as [Finding, ...Finding[]];
  const place = first.location === undefined ? {} : { location: first.location };
  if (sorted.length === 1) return fail({ code: first.code, kind: 'user', message: first.message, next: first.next ?? [], findings: sorted, ...place });
  const shown = sorted.slice(0, most);
  return fail({
    code: 'SC1000',
    kind: 'user',
    message: sorted.length > most ? `${file} has more than ${most} errors; these are the first` : `${file} has ${sorted.length} errors`,
    next: ['correct them, then: stagecraft config validate'],
    findings: shown,
    ...place,
  });
}

const most = 100;

/** A variable gives text or a number, never a map or a list. */
function wantsScalar({ type }: Problem): boolean {
  return type === undefined || type.length === 0 || type.some((name) => name !== 'object' && name !== 'array' && name !== 'null');
}

function refuseNewer(data: unknown, file: string, locate: ConfigFile['locate']): void {
  const version = valueAt(data, ['version']);
  if (typeof version !== 'number' || !Number.isInteger(version) || version <= configVersion) return;
  const location = locate(['version'], 'value');
  const message = `${file} is written for version ${version} of this file; this Stagecraft reads version ${configVersion}`;
  const next = ['upgrade Stagecraft: npm install -g @stagecraft/cli@latest'];
  throw fail({ code: 'SC1030', kind: 'user', message, next, location, findings: [{ severity: 'error', code: 'SC1030', message, next, location }] });
}
