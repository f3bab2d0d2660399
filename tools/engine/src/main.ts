import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { acquireEngine } from './acquire.js';
import type { Engine, EngineEnv } from './engine.js';
import { findEngine } from './found.js';
import { ensureImages } from './images/ensure.js';
import { down, ownEngine, ownEnv, ownStatus } from './own/own.js';
import { places } from './own/places.js';
import type { User } from './own/users.js';

const USAGE = `engine up                an engine that stays until down, with the images of the tests
engine down [--force]    stops it when nobody else uses it (--force: at once)
engine status [--export] what runs and who uses it; --export: lines for a shell
engine run -- CMD...     runs a command with an engine, and ends the use after it`;

const tell = (line: string): void => void process.stderr.write(`engine: ${line}\n`);

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  tell((error as Error).message);
  return 1;
});

async function main(args: string[]): Promise<number> {
  const [command, ...rest] = args;
  if (command === 'up') return up();
  if (command === 'down') return stop(rest.includes('--force'));
  if (command === 'status') return status(rest.includes('--export'));
  if (command === 'run') return run(rest[0] === '--' ? rest.slice(1) : rest);
  process.stderr.write(`${USAGE}\n`);
  return 2;
}

async function up(): Promise<number> {
  const found = await findEngine();
  const got = 'engine' in found ? found : await ownEngine({ why: 'up', detached: true, tell });
  if ('reason' in got) {
    tell(`no engine: ${'reason' in found ? found.reason : ''}; none of our own: ${got.reason}`);
    return 1;
  }
  await images(got.engine);
  process.stdout.write(exports(got.engine.env));
  return 0;
}

async function stop(force: boolean): Promise<number> {
  const users = await down({ force });
  if (users.length > 0) tell(`still used by ${namesOf(users)}`);
  return 0;
}

async function status(asExports: boolean): Promise<number> {
  const own = ownStatus();
  const found = own ? undefined : await findEngine();
  const env = own ? ownEnv(places(), own.state) : found && 'engine' in found ? found.engine.env : undefined;
  if (asExports) process.stdout.write(env ? exports(env) : '');
  else if (own) process.stdout.write(`own engine at ${places().host}, used by ${namesOf(own.users) || 'nobody'}\n`);
  else if (found && 'engine' in found) process.stdout.write(`engine ${found.engine.version} with Compose ${found.engine.compose} at ${found.engine.host}\n`);
  else process.stdout.write(`no engine: ${found && 'reason' in found ? found.reason : ''}\n`);
  return env ? 0 : 1;
}

async function run(command: string[]): Promise<number> {
  const [program, ...args] = command;
  if (!program) {
    process.stderr.write(`${USAGE}\n`);
    return 2;
  }
  // From the first moment on: an interrupt while the engine starts must not leave it running.
  let interrupted: NodeJS.Signals | undefined;
  let pass = (signal: NodeJS.Signals): void => void (interrupted = signal);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => pass(signal));
  const got = await acquireEngine({ why: command.join(' ').slice(0, 80), tell });
  if ('reason' in got) {
    tell(`no engine: ${got.reason}`);
    return 1;
  }
  try {
    if (!interrupted) await images(got.engine);
    if (interrupted) return 128 + constants.signals[interrupted];
    return await new Promise<number>((resolve, reject) => {
      const child = spawn(program, args, { stdio: 'inherit', env: { ...process.env, ...got.engine.env } });
      // A terminal gives its interrupt to the whole group: a second one would be taken for impatience.
      pass = (signal) => void (signal === 'SIGINT' && process.stdin.isTTY ? undefined : child.kill(signal));
      child.once('error', reject);
      child.once('close', (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? 'SIGTERM']));
    });
  } finally {
    await got.engine.release();
  }
}

async function images(engine: Engine): Promise<void> {
  for (const one of await ensureImages(engine, undefined, { tell })) if (one.came !== 'present') tell(`${one.name}: ${one.came}${one.reason ? ` (${one.reason})` : ''}`);
}

function exports(env: EngineEnv): string {
  const { PATH, ...rest } = env;
  const [first] = PATH.split(':');
  // Only what we add to PATH: the shell that reads it has a PATH of its own.
  const path = PATH === process.env['PATH'] || !first ? '' : `export PATH=${quoted(first)}:"$PATH"\n`;
  return Object.entries(rest).map(([name, value]) => `export ${name}=${quoted(String(value))}\n`).join('') + path;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function namesOf(users: readonly User[]): string {
  return users.map((user) => (user.pid === 0 ? 'up' : `${user.why} (${user.pid})`)).join(', ');
}
