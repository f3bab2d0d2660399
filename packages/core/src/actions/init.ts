import { basename } from 'node:path';
import { desire } from '../compose/desire.js';
import type { ComposeModel } from '../compose/model.js';
import { readCompose } from '../compose/read.js';
import { fail, isStagecraftError } from '../errors/index.js';
import type { Finding } from '../plugin-api/failure.js';
import type { Files } from '../ports/files.js';
import { configText, type ServiceNote } from '../scaffold/config-text.js';
import { developmentOverride, overrideText } from '../scaffold/development-override.js';
import type { Facts } from '../scaffold/facts.js';
import { foundLines } from '../scaffold/found.js';
import { lookAround } from '../scaffold/look.js';
import { isProjectName, nameExpected, projectName } from '../scaffold/project-name.js';
import { propose, type Proposal } from '../scaffold/propose.js';
import { createStagecraftDir } from '../scaffold/stagecraft-dir.js';
import { planAction } from './plan.js';
import { loadConfig, loadSettings, settingsOf } from './settings.js';
import type { InitOptions, InitResult, Workspace } from './types.js';

/**
 * Writes a `stagecraft.yml` for a project that nobody prepared, with values that are its own, and `.stagecraft/`. A config that is there is checked and
 * summarised, and not touched without `force`.
 * @throws StagecraftError `user`: SC5200 the name, SC5201 and SC5202 nothing to begin with, SC5204 the person said no, SC5205 `.stagecraft` is no folder; and
 * what is wrong with the Compose files, or with a config that is there.
 */
export async function init(ws: Workspace, options: InitOptions): Promise<InitResult> {
  if (!options.force && (await ws.files.stat(ws.config)) !== undefined) return summarise(ws);
  if (options.name !== undefined && !isProjectName(options.name)) throw badName(options.name);

  const facts = await lookAround({ files: ws.files, folderName: basename(ws.folder), readCompose: (paths) => readAs(ws, paths) });
  const made = await make(ws, facts, await chooseName(ws, facts, options));
  await confirm(ws, options, made);

  const dir = await createStagecraftDir(ws.files);
  for (const [path, text] of Object.entries(made.files)) await ws.files.write(path, text);
  return { outcome: 'written', files: [...Object.keys(made.files), ...dir].sort(), found: made.found, text: made.files[ws.config] ?? '', next: made.next };
}

interface Named {
  readonly name: string;
  /** Where the name comes from, for people. */
  readonly from: string;
}

interface Made {
  /** Text by path. */
  readonly files: Readonly<Record<string, string>>;
  readonly found: readonly string[];
  readonly next: readonly string[];
}

/** The config's text, and what else it takes for a plan to accept it. */
async function make(ws: Workspace, found: Facts, { name, from }: Named): Promise<Made> {
  const beside = await withoutDevelopment(ws, found, propose(found, name, from));
  const world = withFiles(ws, beside.texts);
  const compose = [...found.compose, ...Object.keys(beside.texts)];
  const facts: Facts = compose.length === found.compose.length ? found : { ...found, compose, left: found.left.filter(({ path }) => !compose.includes(path)), model: await readAs(world, compose) };
  const proposal = propose(facts, name, from);
  const { notes } = await desiredBy(world, facts, proposal);
  const text = configText(proposal, facts, notes);
  const refused = await refusals(withFiles(ws, { ...beside.texts, [ws.config]: text }));
  return {
    files: { [ws.config]: text, ...beside.write },
    found: [...foundLines(facts, proposal), ...(Object.keys(beside.texts).length === 0 ? [] : [`mounts for development are taken out by ${developmentOverride}`])],
    next: [...refused, 'stagecraft plan --env dev', ...(refused.length > 0 ? [] : ['stagecraft deploy --env dev'])],
  };
}

/** The Compose file that takes mounts for development out, where there are any. One that is there stays as it is. */
async function withoutDevelopment(ws: Workspace, facts: Facts, proposal: Proposal): Promise<{ readonly texts: Readonly<Record<string, string>>; readonly write: Readonly<Record<string, string>> }> {
  const { findings } = await desiredBy(ws, facts, proposal);
  const text = overrideText(facts.model, findings);
  if (text === undefined) return { texts: {}, write: {} };
  const there = await ws.files.read(developmentOverride);
  return { texts: { [developmentOverride]: there ?? text }, write: there === undefined ? { [developmentOverride]: text } : {} };
}

/** What a deploy of the proposal would make of each service. */
async function desiredBy(ws: Workspace, facts: Facts, proposal: Proposal): Promise<{ readonly notes: Readonly<Record<string, ServiceNote>>; readonly findings: readonly Finding[] }> {
  const world = withFiles(ws, { [ws.config]: configText(proposal, facts, {}) });
  const { settings } = await loadSettings({ ...world, environment: 'dev' });
  const { desired, findings } = await desire({ model: facts.model, settings, version: 'unknown', files: ws.files });
  return { notes: Object.fromEntries(desired.services.map(({ name, kind, obstacles }) => [name, { kind, obstacles }])), findings };
}

/** What `plan --env dev` says against the config, each a sentence with its place; nothing where it accepts it. */
async function refusals(ws: Workspace): Promise<readonly string[]> {
  const told = (findings: readonly Finding[]): readonly string[] => findings.filter((finding) => finding.severity === 'error').flatMap(({ location, message, next }) => [`${location === undefined ? '' : `${location.file}:${location.line}:${location.column}: `}${message}`, ...(next ?? []).map((line) => `  ${line}`)]);
  try {
    const plan = await planAction({ ...ws, environment: 'dev' }, { refresh: false, pull: false, filter: {} });
    return told(plan.findings);
  } catch (error) {
    if (!isStagecraftError(error) || error.kind !== 'user') throw error;
    return error.findings.length > 0 ? told(error.findings) : [error.message, ...error.next.map((line) => `  ${line}`)];
  }
}

async function chooseName(ws: Workspace, facts: Facts, options: InitOptions): Promise<Named> {
  if (options.name !== undefined) return { name: options.name, from: 'as asked for' };
  const given = facts.names.flatMap(({ name, from }) => (projectName(name) === undefined ? [] : [{ name: projectName(name) as string, from: `from ${from}` }]))[0] ?? { name: 'app', from: 'nothing here has a name' };
  if (!options.interactive) return given;
  for (let asked = 0; asked < 3; asked += 1) {
    const name = await ws.io.ask({ code: 'SC5220', text: asked === 0 ? 'Name of the project?' : `Name of the project (${nameExpected})?`, choices: [], fallback: given.name });
    if (name === given.name) return given;
    if (isProjectName(name)) return { name, from: 'as answered' };
  }
  throw badName('');
}

async function confirm(ws: Workspace, { interactive, force }: InitOptions, made: Made): Promise<void> {
  if (!interactive) return;
  const files = Object.keys(made.files).join(' and ');
  const text = [...made.found.map((line) => `  ${line}\n`), `${force && (await ws.files.stat(ws.config)) !== undefined ? 'Overwrite' : 'Write'} ${files}?`].join('');
  if ((await ws.io.ask({ code: 'SC5221', text, choices: ['yes', 'no'], fallback: 'yes' })) === 'yes') return;
  throw fail({ code: 'SC5204', kind: 'user', message: 'Nothing was written.', next: ['stagecraft init --dry-run shows the whole text'] });
}

/** A config that is there is checked, and left as it is. */
async function summarise(ws: Workspace): Promise<InitResult> {
  const { config, index } = await loadConfig(ws);
  const found = [`${config.file}: ${config.environments.length === 1 ? 'environment' : 'environments'} ${config.environments.join(', ')}`];
  for (const environment of config.environments) {
    const settings = await settingsOf(ws, config, index, environment);
    const routes = settings.routes.map((route) => `${route.host ?? ''}${route.path ?? '/'} to ${route.service}:${route.port}`);
    found.push(`${environment}: driver ${settings.driver}, Compose ${settings.compose.join(' and ')}, ${routes.length === 0 ? 'no routes' : `routes ${routes.join(', ')}`}`);
  }
  const first = config.environments[0] ?? 'dev';
  return { outcome: 'exists', files: [], found, text: (await ws.files.read(ws.config)) ?? '', next: [`stagecraft plan --env ${first}`, `To write it anew: stagecraft init --force`] };
}

/** The Compose files by the settings that a config of nothing but a name would give. */
async function readAs(ws: Workspace, paths: readonly string[]): Promise<ComposeModel> {
  const bare = `version: 1\nproject: { name: app, compose: ${JSON.stringify(paths)} }\nenvironments: { dev: { driver: local } }\n`;
  const { settings } = await loadSettings({ ...withFiles(ws, { [ws.config]: bare }), environment: 'dev' });
  return readCompose({ files: ws.files, exec: ws.exec, folder: ws.folder, settings, signal: ws.signal });
}

/** The same world with other files in it, which are not written. */
function withFiles(ws: Workspace, texts: Readonly<Record<string, string>>): Workspace {
  const { files } = ws;
  const over: Files = {
    ...files,
    read: async (path, limit) => (Object.hasOwn(texts, path) ? texts[path] : files.read(path, limit)),
    readBytes: async (path, limit) => (Object.hasOwn(texts, path) ? Buffer.from(texts[path] as string) : files.readBytes(path, limit)),
    stat: async (path) => (Object.hasOwn(texts, path) ? { kind: 'file', mode: 0o644, size: Buffer.byteLength(texts[path] as string) } : files.stat(path)),
    write: () => Promise.resolve(),
  };
  return { ...ws, files: over };
}

function badName(name: string): Error {
  return fail({ code: 'SC5200', kind: 'user', message: `${JSON.stringify(name)} cannot be the name of a project: ${nameExpected}.`, next: [`stagecraft init ${projectName(name) ?? 'shop'}`] });
}
