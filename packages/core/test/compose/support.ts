import { afterAll, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createExec } from '../../src/adapters/exec.js';
import { createFiles } from '../../src/adapters/files.js';
import { desire, type DesireInput, type DesireResult } from '../../src/compose/desire.js';
import type { ComposeModel, DesiredService } from '../../src/compose/model.js';
import { readCompose } from '../../src/compose/read.js';
import type { RouteSettings, ServiceSettings, Settings } from '../../src/config/types.js';
import { isStagecraftError } from '../../src/errors/index.js';
import type { Finding } from '../../src/plugin-api/failure.js';

export const fixtures = new URL('./fixtures/', import.meta.url).pathname;

/** Real-shaped applications, one a folder; the first file of a folder is the base, those with longer names are laid over it. */
export function fixtureNames(): readonly string[] {
  return readdirSync(fixtures).sort();
}

export function fixtureFiles(folder: string): readonly string[] {
  return readdirSync(folder).filter((name) => /\.ya?ml$/.test(name)).sort((a, b) => a.length - b.length);
}

/** Values with everything that breaks quoting somewhere. */
export const nasty: Readonly<Record<string, string>> = {
  EMPTY: '',
  SPACES: '  lead and trail  ',
  QUOTES: `a'b"c`,
  DOLLARS: '$HOME ${HOME} $$ $1 $(id) p$q#r s',
  HASH: '#not a comment # either',
  LINES: 'one\ntwo\r\nthree\n',
  BACKSLASHES: `\\ \\n \\' \\" \\$ end\\`,
  UNICODE: 'é ✓ 漢字 😀',
  CONTROL: '\t\u0001\u001b[31m\u007f',
  YAML: '- a: {b: [c]} | > & * ! % @ `',
  NUMBERISH: '0755',
  BOOLEANISH: 'yes',
  NULLISH: '~',
  SEPARATORS: 'a\u0085b\u2028c\u2029d\ufeffe',
  EQUALS: '=a==b',
};

export const variables: Readonly<Record<string, string>> = {
  DB_PASSWORD: 's3cret-value', FROM_SHELL: 'shell value', LOG_LEVEL: 'info', EMPTY_VALUE: '', NASTY: `a'b"c\\d$e \`f\` \n#g\té \${X} \\' \\" \\`, NASTY2: ' lead $$ #trail ',
  PORT: '8080', PRIVILEGED: 'true', REPLICAS: '3', MEM: '64m', INTERVAL: '5s',
};

export function read(folder: string, reader: 'compose' | 'built-in', more: { readonly compose?: readonly string[]; readonly variables?: Readonly<Record<string, string>>; readonly secretNames?: readonly string[]; readonly temporary?: string } = {}): Promise<ComposeModel> {
  return readCompose({
    files: createFiles(folder),
    exec: createExec({ folder, processEnv: { ...process.env, ...(more.temporary === undefined ? {} : { TMPDIR: more.temporary }) } }),
    folder,
    reader,
    settings: { compose: more.compose ?? fixtureFiles(folder), variables: more.variables ?? variables, composeProject: 'shop-prod', secretNames: more.secretNames ?? [] },
  });
}

/** Data of a model: all of it but who read it. */
export function dataOf({ services, networks, volumes, configs, secrets, findings }: ComposeModel): unknown {
  return { services, networks, volumes, configs, secrets, findings };
}

const temporary: string[] = [];

afterAll(() => temporary.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** A project folder of its own, with these files; removed after the tests of the file. */
export function project(files: Readonly<Record<string, string>> | string): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'sc-compose-')));
  temporary.push(folder);
  for (const [name, text] of Object.entries(typeof files === 'string' ? { 'docker-compose.yml': files } : files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

/** What is wrong, as `file:line:column CODE message`. */
export async function problemsOf(work: Promise<unknown>): Promise<readonly string[]> {
  try {
    await work;
  } catch (error) {
    if (!isStagecraftError(error)) throw error;
    return error.findings.map(told);
  }
  return [];
}

export function told({ location, code, message }: Finding): string {
  return `${location?.file ?? '-'}:${location?.line ?? 0}:${location?.column ?? 0} ${code} ${message}`;
}

export interface Wanted {
  readonly files: Readonly<Record<string, string>> | string;
  readonly services?: Readonly<Record<string, Partial<ServiceSettings>>>;
  readonly routes?: readonly Pick<RouteSettings, 'service' | 'port'>[];
  readonly settings?: Partial<Settings>;
  readonly input?: Partial<DesireInput>;
  readonly compose?: readonly string[];
}

const here = { file: 'stagecraft.yml', line: 1, column: 1 };

/** A project read by the built-in reader and brought to what an environment is to be. */
export async function desired(wanted: Wanted): Promise<DesireResult & { readonly model: ComposeModel; service(name: string): DesiredService }> {
  const folder = project(wanted.files);
  const compose = wanted.compose ?? ['docker-compose.yml'];
  const model = await read(folder, 'built-in', { compose, variables: wanted.settings?.variables ?? variables });
  const services = Object.fromEntries(Object.entries(wanted.services ?? {}).map(([name, own]): [string, ServiceSettings] => [name, { role: 'app', singleton: false, mode: 'container', healthTimeoutMs: 60_000, settleMs: 5_000, drainMs: 30_000, location: here, ...own }]));
  const settings: Settings = {
    project: 'shop', environment: 'prod', driver: 'local', composeProject: 'shop-prod', compose, profiles: [], images: 'pull', registries: [], hosts: [], backends: [], services, proxy: undefined, retention: { releases: 10 }, secretNames: [], origins: {}, variables, findings: [],
    routes: (wanted.routes ?? []).map((route) => ({ ...route, location: here })),
    rollout: { maxParallel: 1, onFailure: 'rollback', acknowledgeMs: 10_000, unreachableMs: 120_000 },
    ...wanted.settings,
  };
  const result = await desire({ model, settings, version: 'v1', files: createFiles(folder), ...wanted.input });
  return { ...result, model, service: (name) => result.desired.services.find((one) => one.name === name) as DesiredService };
}

/** Why Compose cannot be asked; undefined where it can. */
export function whyNoCompose(): string | undefined {
  const result = spawnSync('docker', ['compose', 'version', '--short'], { encoding: 'utf8' });
  return result.status === 0 ? undefined : 'there is no `docker compose` on PATH; DOCKER_CONFIG may name its folder of plugins';
}

const reason = whyNoCompose();

/** A test that needs `docker compose`, and no engine. */
export function composeTest(title: string, test: () => Promise<void>): void {
  if (reason === undefined) it(title, test, 60_000);
  else it.skip(`${title} [skipped: ${reason}]`, test);
}
