import { posix } from 'node:path';
import type { Settings } from '../config/types.js';
import { parseEnvFile } from '../environment/env-file.js';
import { fail } from '../errors/index.js';
import type { Finding } from '../plugin-api/failure.js';
import type { Location } from '../plugin-api/location.js';
import type { Exec } from '../ports/exec.js';
import type { Files } from '../ports/files.js';
import { assemble, type Assembled } from './assemble.js';
import { refusals } from './built-in.js';
import { canonicalModel, type Canonical } from './canonical.js';
import type { Canon, Path } from './canonical-values.js';
import { askCompose, isAtLeast, oldestCompose } from './compose-cli.js';
import { inconsistencies } from './consistency.js';
import { readEnvFiles } from './env-files.js';
import { flaws } from './flaws.js';
import type { ComposeModel, ComposeService, Json } from './model.js';
import { cautioned, cautions } from './cautions.js';
import { mostProblems } from './read-yaml.js';
import { reasonsOf } from './refused.js';
import { loadSources, type Sources } from './sources.js';
import { placeOf, toJson, writtenAt } from './tree.js';

export interface ReadComposeInput {
  /** Reads relative to the project folder. */
  readonly files: Files;
  readonly exec: Exec;
  /** Absolute project folder; it never gets into the model. */
  readonly folder: string;
  readonly settings: Pick<Settings, 'compose' | 'variables'> & Partial<Pick<Settings, 'composeProject' | 'secretNames' | 'origins'>>;
  /** `auto`: Compose where it works, else the built-in reader. */
  readonly reader?: 'auto' | 'compose' | 'built-in';
  readonly signal?: AbortSignal;
}

/**
 * Reads the Compose files of a project into the canonical model, by `docker compose config` where that works (2.20 or later; it needs no
 * daemon), else by the built-in reader. Both give the same model for every file that the built-in reader accepts.
 * Services of all profiles are in it; `desire` selects.
 * @throws StagecraftError `user` SC1300 with all `findings`, each at its file, line and column; `external` SC1309 when `reader: 'compose'` and there is none.
 */
export async function readCompose(input: ReadComposeInput): Promise<ComposeModel> {
  const yaml = await import('./yaml-library.js');
  const project = input.settings.composeProject ?? 'project';
  const variables = { ...input.settings.variables, COMPOSE_PROJECT_NAME: project };
  const sources = await loadSources(input.files, yaml, input.settings.compose, variables, (file) => namedAt(input.settings, file));
  // What cannot be parsed hides the rest; a file that is missing hides nothing of the others.
  if (sources.main.length < input.settings.compose.length) throw refuse(sources.problems);
  const own = assemble(sources, variables);
  const locate = (path: Path): Location => placeOf(own.root, path);

  // Compose is no help with what cannot be read, and with variables nested without end it never ends.
  const hopeless = sources.problems.length > 0 || own.problems.some(({ code }) => code === 'SC1103');
  const read = await byReader(hopeless ? { ...input, reader: 'built-in' } : input, sources, own, variables, project, locate);
  const problems: Finding[] = [...sources.problems, ...read.problems.filter((one) => one.code !== 'SC1305' || sources.problems.length === 0)];
  const envFiles = await readEnvFiles(input.files, own.root, variables, problems);
  if (problems.length > 0) throw refuse(problems);

  const services = Object.fromEntries(Object.entries(read.model.services).map(([name, service]) => [name, withEnvironment(service, envFiles[name] ?? {})]));
  const model = { ...read.model, services, reader: read.reader, locate, written: (path: Path): Json | undefined => writtenAt(own.root, path) };
  const wrong = flaws({ ...model, findings: [] });
  if (wrong.length > 0) throw refuse(wrong);
  return { ...model, findings: sorted([...read.findings, ...cautions(own, sources, model, input.settings.secretNames ?? [], input.settings.variables)]) };
}

/** Where the config names a Compose file; where it names none, its project. */
function namedAt({ compose, origins }: ReadComposeInput['settings'], file: string): Location | undefined {
  const paths = [`project.compose[${compose.indexOf(file)}]`, `project.compose.${compose.indexOf(file)}`, 'project.compose', 'project.name'];
  for (const path of paths) {
    const origin = origins?.[path];
    if (origin?.kind === 'file') return origin.location;
  }
  return undefined;
}

interface Read {
  readonly model: Canonical;
  readonly reader: 'compose' | 'built-in';
  readonly problems: readonly Finding[];
  readonly findings: readonly Finding[];
}

async function byReader(input: ReadComposeInput, sources: Sources, own: Assembled, variables: Readonly<Record<string, string>>, project: string, locate: (path: Path) => Location): Promise<Read> {
  const canonOf = (roots: Canon['portable']['roots'], home: string | undefined, problems: Finding[], strict: boolean): Canon => ({
    project,
    portable: { roots: [...roots, { folder: input.folder }], ...(home === undefined || home === '' ? {} : { home }) },
    wrong: (path, expected) => void problems.push({ severity: 'error', code: 'SC1304', message: `\`${shown(path)}\` must be ${expected}`, next: [`correct \`${shown(path)}\``], location: locate(path) }),
    unknown: (path) => {
      if (strict || path.length !== 3 || !cautioned.has(String(path[2]))) problems.push(unknown(path, locate(path), strict));
    },
  });
  const builtIn = (): Read => {
    const problems: Finding[] = [...own.problems, ...refusals(own.root, locate)];
    // More are not told: whoever has so many learns no more from a model of them.
    if (problems.length > mostProblems) return { model: empty, reader: 'built-in', problems, findings: [] };
    const lines = new Set(problems.map(({ location }) => `${location?.file}:${location?.line}`));
    const found: Finding[] = [];
    const model = canonicalModel(toJson(own.root) as Readonly<Record<string, Json>>, variables, canonOf([], variables.HOME, found, true));
    problems.push(...found.filter(({ location }) => !lines.has(`${location?.file}:${location?.line}`)));
    if (problems.length === 0) problems.push(...inconsistencies(model, own.root, locate));
    return { model, reader: 'built-in', problems, findings: [] };
  };

  if (input.reader === 'built-in') return builtIn();
  const answer = await askCompose({ exec: input.exec, sources, variables, project, beside: await includedEnvironments(input.files, sources), ...(input.signal === undefined ? {} : { signal: input.signal }) });
  if (answer.kind === 'absent') {
    if (input.reader !== 'compose') return builtIn();
    throw fail({ code: 'SC1309', kind: 'external', message: `Compose cannot read the files: ${answer.reason}`, next: [`install Docker Compose ${oldestCompose} or later`, 'or let the built-in reader read them: leave the choice of the reader out'] });
  }
  if (answer.kind === 'refused') {
    // Our own reader often knows the line; Compose rarely does.
    const read = builtIn();
    // An old Compose does not know newer keys; what we know in full need not wait for its upgrade.
    if (read.problems.length === 0 && input.reader !== 'compose' && !isAtLeast(answer.version, 2, 26)) return read;
    // What our own reader does not know is not what Compose refused.
    const places: Finding[] = [...read.problems.filter((one) => one.code !== 'SC1307'), ...cautions(own, sources, read.model, []).filter((one) => one.severity === 'error')];
    const whole: Finding = { severity: 'error', code: 'SC1308', message: `Compose refuses the files: ${masked(answer.message, input.settings)}`, next: ['correct what it names; `docker compose config` shows the same'], location: guessedPlace(answer.message, sources, locate) };
    if (places.length === 0 && read.problems.length === 0) places.push(...reasonsOf({ ...read.model, services: Object.fromEntries(Object.entries(read.model.services).map(([name, service]) => [name, withEnvironment(service, {})])), reader: 'built-in', locate, written: (path) => writtenAt(own.root, path), findings: [] }));
    return { model: empty, reader: 'compose', problems: places.length > 0 ? places : [whole], findings: [] };
  }
  const found: Finding[] = [];
  const model = canonicalModel(answer.raw, variables, canonOf([{ folder: answer.mirror, around: answer.around }], answer.home, found, false));
  return { model, reader: 'compose', problems: [], findings: found.map((one) => ({ ...one, severity: 'warning' })) };
}

const empty: Canonical = { services: {}, networks: {}, volumes: {}, configs: {}, secrets: {} };

function withEnvironment(service: Canonical['services'][string], envFile: Readonly<Record<string, string>>): ComposeService {
  // A bare name that nothing gives takes what an env file said away, as in Compose.
  const merged = Object.entries({ ...envFile, ...service.environment }).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return { ...service, environment: Object.fromEntries(merged.sort(([a], [b]) => (a < b ? -1 : 1))) };
}

/** Compose reads `.env` beside an included file by itself. */
async function includedEnvironments(files: Files, sources: Sources): Promise<Readonly<Record<string, string>>> {
  const folders = new Set([...sources.all.values()].filter((source) => !sources.main.includes(source)).map((source) => posix.dirname(source.file)));
  const result: Record<string, string> = {};
  for (const folder of [...folders].filter((one) => one !== posix.normalize(sources.main[0]?.base ?? '.'))) {
    const path = posix.join(folder, '.env');
    const text = await files.read(path).catch(() => undefined);
    if (text === undefined) continue;
    parseEnvFile(text, path, {});
    result[path] = text;
  }
  return result;
}

function unknown(path: Path, location: Location, strict: boolean): Finding {
  const known = `\`${shown(path)}\` is not known to Stagecraft`;
  return strict
    ? { severity: 'error', code: 'SC1307', message: `${known}, and there is no Docker Compose here that could read it`, next: [`install Docker Compose ${oldestCompose} or later`, `or remove \`${String(path.at(-1))}\``], location }
    : { severity: 'warning', code: 'SC1307', message: `${known}: a deploy leaves it out`, next: [`remove \`${String(path.at(-1))}\` where it is not needed`], location };
}

/** Compose may repeat what interpolation put in. */
function masked(message: string, { variables, secretNames = [] }: ReadComposeInput['settings']): string {
  return secretNames.reduce((text, name) => (variables[name] === undefined || variables[name] === '' ? text : text.replaceAll(variables[name], '***')), message);
}

/** `services.web.ports[0].target` */
function shown(path: Path): string {
  return path.reduce<string>((text, part) => (typeof part === 'number' ? `${text}[${part}]` : text === '' ? part : `${text}.${part}`), '');
}

function guessedPlace(message: string, sources: Sources, locate: (path: Path) => Location): Location {
  const file = sources.main[0]?.file ?? 'docker-compose.yml';
  const line = /yaml: line (\d+)/.exec(message)?.[1];
  if (line !== undefined) return { file: [...sources.all.keys()].find((name) => message.includes(name)) ?? file, line: Number(line), column: 1 };
  if (/^include\b|\binclude (?:cycle|file)/.test(message)) return locate(['include']);
  const cycle = /dependency cycle detected: (\S+) ->/.exec(message)?.[1];
  if (cycle !== undefined) return locate(['services', cycle, 'depends_on']);
  // The name is the user's and may hold anything.
  const extra = /(?:^|[\s:])((?:[A-Za-z0-9_-]+\.)*[A-Za-z0-9_-]+) Additional property (.+) is not allowed/.exec(message);
  if (extra !== null) return locate([...(extra[1] as string).split('.'), extra[2] as string]);
  const dotted = /\b(services|networks|volumes|configs|secrets)\.([A-Za-z0-9_-]+)((?:[.[][A-Za-z0-9_-]+\]?)*)/.exec(message);
  if (dotted !== null) return locate([dotted[1] as string, dotted[2] as string, ...[...(dotted[3] as string).matchAll(/[A-Za-z0-9_-]+/g)].map(([part]) => (/^\d+$/.test(part) ? Number(part) : part))]);
  const service = /service "([^"]+)"/.exec(message)?.[1];
  return service === undefined ? locate(['services']) : locate(['services', service]);
}

function refuse(problems: readonly Finding[]): Error {
  const all = sorted(problems);
  const told = all.slice(0, mostProblems);
  const first = all[0] as Finding;
  return fail({
    code: all.length === 1 ? first.code : 'SC1300',
    kind: 'user',
    message: all.length === 1 ? first.message : `the Compose files have ${all.length > mostProblems ? `more than ${mostProblems} problems; these are the first` : `${all.length} problems`}`,
    next: all.length === 1 ? (first.next ?? []) : ['correct them; each is named with its line'],
    findings: told,
    ...(first.location === undefined ? {} : { location: first.location }),
  });
}

/** By file, line, column, code. */
function sorted(findings: readonly Finding[]): readonly Finding[] {
  const key = ({ location, code, message }: Finding): string => `${location?.file ?? ''}\0${String(location?.line ?? 0).padStart(9, '0')}\0${String(location?.column ?? 0).padStart(9, '0')}\0${code}\0${message}`;
  return [...findings].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
}
