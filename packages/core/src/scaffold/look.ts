import { posix } from 'node:path';
import { readYaml } from '../compose/read-yaml.js';
import { child, textOf } from '../compose/tree.js';
import type { ComposeModel } from '../compose/model.js';
import { fail, isStagecraftError, type StagecraftError } from '../errors/index.js';
import type { Files } from '../ports/files.js';
import { findDockerfiles } from './dockerfiles.js';
import type { Dockerfile, Facts } from './facts.js';
import { findCompose, usualNames } from './find-compose.js';
import { findMigrations } from './migrations.js';
import { projectName } from './project-name.js';
import { walkProject } from './walk.js';

export interface LookOptions {
  readonly files: Files;
  /** The last part of the project folder's path. */
  readonly folderName: string;
  /** Reads these Compose files, in merge order. @throws StagecraftError `user` for what is wrong with them */
  readCompose(paths: readonly string[]): Promise<ComposeModel>;
}

/**
 * Looks at a project that nobody prepared. Nothing is run and nothing is written.
 * @throws StagecraftError `user`: SC5201 no Compose file, but something that could be built; SC5202 nothing at all; what is wrong with the Compose files.
 */
export async function lookAround({ files, folderName, readCompose }: LookOptions): Promise<Facts> {
  const walked = await walkProject(files);
  const dockerfiles = await findDockerfiles(files, walked);
  const pack = await readPackage(files);
  const { base, override, left } = findCompose(walked.files);
  if (base === undefined) throw noCompose(dockerfiles, pack, folderName, left.map(({ path }) => path));
  const { compose, model } = await readFirst(base, override, readCompose, files);
  const composeName = await nameIn(files, base);
  return {
    names: [
      ...(composeName === undefined ? [] : [{ name: composeName, from: base }]),
      ...(pack.name === undefined ? [] : [{ name: pack.name, from: 'package.json' }]),
      { name: folderName, from: 'the name of the folder' },
    ],
    stack: stackName(composeName ?? folderName),
    compose,
    left: left.filter(({ path }) => !compose.includes(path)),
    model,
    dockerfiles,
    migrations: findMigrations(walked),
    envFiles: walked.files.filter((path) => /^\.env\.[\w.-]+$/.test(path) && !/\.(?:example|sample|template|dist|local|secrets)$/.test(path)),
    scripts: pack.scripts,
  };
}

/** The base file alone; where it does not stand alone, with what Compose adds to it. */
async function readFirst(base: string, override: string | undefined, read: LookOptions['readCompose'], files: Files): Promise<Pick<Facts, 'compose' | 'model'>> {
  try {
    return { compose: [base], model: await read([base]) };
  } catch (error) {
    if (!isStagecraftError(error) || error.kind !== 'user') throw error;
    const both = override === undefined ? undefined : await read([base, override]).catch(() => undefined);
    if (override !== undefined && both !== undefined) return { compose: [base, override], model: both };
    throw await withHint(error, files);
  }
}

/** A project that was just cloned often lacks its `.env`, and has an example of it. */
async function withHint(error: StagecraftError, files: Files): Promise<Error> {
  if ((await files.stat('.env')) !== undefined) return error;
  for (const example of ['.env.example', '.env.sample', '.env.template', '.env.dist']) {
    if ((await files.stat(example)) === undefined) continue;
    const { code, message, findings, location } = error;
    return fail({ code, kind: 'user', message, next: [...error.next, `cp ${example} .env`, 'stagecraft init'], findings, ...(location === undefined ? {} : { location }), cause: error });
  }
  return error;
}

/** As Compose itself makes a project's name. */
function stackName(text: string): string | undefined {
  const name = text.toLowerCase().replace(/[^a-z0-9_-]/g, '').replace(/^[_-]+/, '');
  return /^[a-z0-9][a-z0-9_-]{0,62}$/.test(name) ? name : undefined;
}

async function readPackage(files: Files): Promise<{ readonly name?: string; readonly scripts: readonly string[] }> {
  try {
    const parsed = JSON.parse((await files.read('package.json', 1024 * 1024)) ?? '{}') as { name?: unknown; scripts?: unknown };
    return { ...(typeof parsed.name === 'string' ? { name: parsed.name } : {}), scripts: typeof parsed.scripts === 'object' && parsed.scripts !== null ? Object.keys(parsed.scripts).sort() : [] };
  } catch {
    // A broken package.json is not ours to judge.
    return { scripts: [] };
  }
}

async function nameIn(files: Files, path: string): Promise<string | undefined> {
  const yaml = await import('../compose/yaml-library.js');
  const { root } = readYaml(yaml, (await files.read(path)) ?? '', path, { syntax: 'SC1301', limits: 'SC1302' });
  const name = textOf(child(root, 'name'));
  return name === undefined || name.includes('$') ? undefined : name;
}

function noCompose(dockerfiles: readonly Dockerfile[], pack: { readonly name?: string; readonly scripts: readonly string[] }, folderName: string, others: readonly string[]): Error {
  const looked = `looked for ${usualNames.join(', ')}`;
  const [first] = dockerfiles;
  if (others.length > 0) {
    return fail({ code: 'SC5201', kind: 'user', message: `There is no Compose file under one of the usual names here (${looked}), but ${others.join(', ')}.`, next: [`Rename ${others[0] ?? 'it'} to docker-compose.yml, or write stagecraft.yml by hand and name it there: project: { compose: ${others[0] ?? 'FILE'} }`, 'stagecraft init'] });
  }
  if (first !== undefined) {
    const name = projectName(pack.name ?? '') ?? projectName(folderName) ?? 'app';
    const folder = posix.dirname(first.path);
    const plain = posix.basename(first.path) === 'Dockerfile';
    const lines = ['services:', `  ${name}:`, plain ? `    build: ${folder}` : `    build: { context: ${folder}, dockerfile: ${posix.basename(first.path)} }`, ...(first.exposes[0] === undefined ? [] : [`    ports: ["${first.exposes[0]}"]`])];
    return fail({ code: 'SC5201', kind: 'user', message: `There is no Compose file here (${looked}), which says what runs. ${first.path} is there: these lines run what it builds.`, next: ['Write docker-compose.yml:', ...lines.map((line) => `  ${line}`), 'stagecraft init'] });
  }
  const seen = pack.scripts.length > 0 ? ' package.json is here, but nothing says how to make an image of it.' : '';
  return fail({ code: 'SC5202', kind: 'user', message: `There is nothing to deploy here: no Compose file (${looked}) and no Dockerfile.${seen}`, next: ['Go to the folder of your project, or write a Dockerfile and a docker-compose.yml first.'] });
}
