import { isMap, type Path, valueAt } from '../config/path.js';
import { textFrom } from '../config/text.js';
import type { ConfigFile, Origin } from '../config/types.js';
import { fail } from '../errors/index.js';
import type { Finding } from '../plugin-api/failure.js';
import type { Location } from '../plugin-api/location.js';
import type { Files } from '../ports/files.js';
import { readEnvFile } from './env-file.js';
import { insideProject } from './inside.js';
import { interpolate, type InterpolateOptions } from './interpolate.js';

export interface ResolvedVariables {
  readonly values: Readonly<Record<string, string>>;
  readonly origins: Readonly<Record<string, Origin>>;
  /** A warning for each variable that was used without a value. */
  readonly findings: readonly Finding[];
}

export interface VariablesInput {
  readonly config: ConfigFile;
  readonly environment: string;
  readonly files: Files;
  /** Of the process, only those that the two files mention. */
  readonly process: Readonly<Record<string, string>>;
}

/**
 * Variables of one environment: the project's `.env`, below its `env_file`, below its `env`, below the process.
 * @throws StagecraftError `user`: SC1112 an `env_file` that is not there, SC1111 a circle, and what reading and interpolating throw.
 */
export async function resolveVariables({ config, environment, files, process }: VariablesInput): Promise<ResolvedVariables> {
  const findings: Finding[] = [];
  const options: InterpolateOptions = { onUnset: (name, at) => findings.push(unsetWarning(name, at)) };
  const origins = new Map<string, Origin>();
  let values: Record<string, string> = {};
  const section: Path = ['environments', environment];

  const add = async (file: string, text: string): Promise<void> => {
    const read = readEnvFile(text, file, process, { ...options, below: values });
    values = { ...values, ...read.values };
    for (const [name, location] of Object.entries(read.locations)) origins.set(name, { kind: 'file', location });
  };

  const home = await files.stat('.env');
  if (home?.kind === 'file') await add('.env', textFrom((await files.readBytes('.env', largest)) ?? new Uint8Array(), '.env'));

  const named = valueAt(config.data, [...section, 'env_file']);
  for (const [index, written] of [named ?? []].flat().entries()) {
    const location = config.locate(Array.isArray(named) ? [...section, 'env_file', index] : [...section, 'env_file'], 'value');
    const path = await insideProject(files, config.folder, interpolate(String(written), { ...values, ...process }, location, options), 'env_file', location);
    const found = await files.stat(path);
    const bytes = found?.kind === 'file' ? await files.readBytes(path, largest) : undefined;
    if (bytes === undefined) {
      const what = found === undefined ? `there is no file ${path}` : `${path} is ${found.kind === 'folder' ? 'a folder' : 'no plain file'}, and no file:`;
      throw fail({ code: 'SC1112', kind: 'user', message: `${what}${found === undefined ? ',' : ''} the \`env_file\` of \`${environment}\``, next: [`make ${path}, or remove \`env_file\``], location });
    }
    await add(path, textFrom(bytes, path));
  }

  const written = valueAt(config.data, [...section, 'env']);
  if (isMap(written)) {
    const own = resolveOwn(written, values, process, (name) => config.locate([...section, 'env', name], 'value'), options);
    values = { ...values, ...own };
    for (const name of Object.keys(own)) origins.set(name, { kind: 'file', location: config.locate([...section, 'env', name], 'value') });
  }
  for (const name of Object.keys(process)) origins.set(name, { kind: 'variable', name });
  const all = { ...values, ...process };
  return {
    values: Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1))),
    origins: Object.fromEntries([...origins].sort(([a], [b]) => (a < b ? -1 : 1))),
    findings,
  };
}

// Files with more than this hold no settings.
const largest = 1024 * 1024;

/**
 * Values of the config's own `env`, which may mention each other in any order, and below them the files' values: `PATH: ${PATH}:/x`
 * takes the lower one.
 */
function resolveOwn(written: Readonly<Record<string, unknown>>, below: Readonly<Record<string, string>>, process: Readonly<Record<string, string>>, locate: (name: string) => Location, options: InterpolateOptions): Record<string, string> {
  const done = new Map<string, string>();
  const open: string[] = [];
  const known = Object.create(null) as Record<string, string>;
  Object.assign(known, below);
  const resolve = (name: string): string => {
    const before = done.get(name);
    if (before !== undefined) return before;
    if (open.includes(name)) {
      if (Object.hasOwn(below, name)) return below[name] as string;
      const round = [...open.slice(open.indexOf(name)), name].map((each) => `\`${each}\``).join(' -> ');
      throw fail({ code: 'SC1111', kind: 'user', message: `variables go in a circle: ${round}`, next: [`give \`${name}\` a value that does not mention it`], location: locate(name) });
    }
    if (open.length > 100) throw fail({ code: 'SC1103', kind: 'user', message: 'more than 100 variables mention each other in a row', next: ['write the value out'], location: locate(name) });
    open.push(name);
    const value = interpolate(String(written[name]), known, locate(name), options);
    open.pop();
    done.set(name, value);
    return value;
  };
  for (const name of Object.keys(written)) Object.defineProperty(known, name, { enumerable: true, configurable: true, get: () => resolve(name) });
  // The process wins where a value mentions the name as it wins in the end.
  for (const [name, value] of Object.entries(process)) Object.defineProperty(known, name, { enumerable: true, configurable: true, value });
  return Object.fromEntries(Object.keys(written).map((name) => [name, resolve(name)]));
}

export function unsetWarning(name: string, location: Location): Finding {
  return { severity: 'warning', code: 'SC1104', message: `variable \`${name}\` is not set; it is empty here`, next: [`set ${name}, or write \`\${${name}:-}\` if empty is meant`], location };
}
