import { readdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { EventEmitter } from 'node:events';
import { captureOutput } from '@oclif/test';
import type { Clock } from '@stagecraft/core';
import type { Actions } from '../src/base/actions.js';
import type { Output, World } from '../src/base/world.js';
import { packageJson } from '../src/package-json.js';
import { program } from '../src/program.js';

export const root = join(import.meta.dirname, '..', 'src');
const manifest = packageJson(root);

// oclif imports all commands at once, which jest cannot link ("request for 'node:path' is not in cache"): one after the other before that.
for (const file of readdirSync(join(root, 'commands'), { recursive: true, encoding: 'utf8' }).sort()) if (file.endsWith('.ts')) await import(join(root, 'commands', file));

/** A stream that keeps what it gets. */
export class Sink extends EventEmitter implements Output {
  text = '';
  columns = 80;
  rows = 24;
  constructor(readonly isTTY = false) {
    super();
  }
  write(text: string): boolean {
    this.text += text;
    return true;
  }
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly actions?: Partial<Actions>;
  /** Terminals on all three streams. */
  readonly tty?: boolean;
  /** What the person types. */
  readonly typed?: string;
  readonly world?: Partial<World>;
}

export interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
  readonly left: readonly number[];
}

/** Stands still at 2030-01-02 03:04:05 UTC. */
export const stillClock: Clock = { now: () => Date.UTC(2030, 0, 2, 3, 4, 5), sleep: () => Promise.resolve(), random: (bytes) => '0'.repeat(2 * bytes) };

/** Runs the program from its sources in a world of the test's own. */
export async function run(argv: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const left: number[] = [];
  const stdin = new PassThrough();
  if (options.tty === true) Object.assign(stdin, { isTTY: true, setRawMode: () => stdin });
  if (options.typed !== undefined) stdin.write(options.typed);
  const stdout = new Sink(options.tty);
  const stderr = new Sink(options.tty);
  const world: World = {
    stdin,
    stdout,
    stderr,
    env: options.env ?? {},
    cwd: options.cwd ?? tmpdir(),
    clock: stillClock,
    signals: new EventEmitter(),
    actions: () => Promise.resolve({ ...stubs, ...options.actions } as Actions),
    exitCode: 0,
    leave: (code) => left.push(code),
    ...options.world,
  };
  const captured = await withVariables(options.env ?? {}, () => captureOutput(() => program(argv, { root, manifest, world })));
  const text = (sink: Output, own: string): string => (sink instanceof Sink ? sink.text : '') + own;
  return { stdout: text(world.stdout, captured.stdout), stderr: text(world.stderr, captured.stderr), exitCode: world.exitCode, left };
}

const stubs: Partial<Actions> = {
  createExec: () => ({ run: () => Promise.reject(new Error('a test ran a process')) }),
  createSsh: () => ({ to: () => { throw new Error('a test reached for a host'); }, close: () => undefined }),
  createFiles: () => ({
    read: () => Promise.resolve(undefined),
    readBytes: () => Promise.resolve(undefined),
    write: () => Promise.reject(new Error('a test wrote a file')),
    list: () => Promise.resolve([]),
    stat: () => Promise.resolve(undefined),
  }),
};

/** oclif reads the variables of flags from the process. */
async function withVariables<T>(env: Readonly<Record<string, string>>, work: () => Promise<T>): Promise<T> {
  const before = Object.entries(process.env).filter(([name]) => name.startsWith('STAGECRAFT_'));
  for (const [name] of before) Reflect.deleteProperty(process.env, name);
  const given = Object.entries(env).filter(([name]) => name.startsWith('STAGECRAFT_'));
  Object.assign(process.env, Object.fromEntries(given));
  try {
    return await work();
  } finally {
    for (const [name] of given) Reflect.deleteProperty(process.env, name);
    Object.assign(process.env, Object.fromEntries(before));
  }
}

/** A project folder with a config, for the time of the work. */
export async function inProject<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'stagecraft-cli-'));
  try {
    await writeFile(join(folder, 'stagecraft.yml'), 'version: 1\nproject: { name: shop }\n');
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
