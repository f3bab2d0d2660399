import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { answers } from '../api.js';
import { attempt } from '../exec.js';
import { DEFAULT_IMAGES } from '../images/names.js';
import { BRIDGE_ADDRESS, networkBefore, POOL, restoreNetwork, type NetworkBefore } from './network.js';
import type { Programs } from './packages.js';
import type { Places } from './places.js';
import { groupOf, ownMounts, sweep } from './sweep.js';
import { tidy } from './tidy.js';
import { identify, lives, type ProcessIdentity } from './users.js';

/** What a running engine of ours is, in its run folder: enough to use it, to stop it and to clean up after it. */
export interface DaemonState {
  daemon: ProcessIdentity;
  dataRoot: string;
  bin: string;
  plugins: string;
  before: NetworkBefore;
  /** Mounts that were there before it. The engine mounts its store on itself, which someone may have done with a disk. */
  mounts: string[];
}

const START_WITHIN = 60_000;
const STOP_WITHIN = 60_000;

export function readState(places: Places): DaemonState | undefined {
  try {
    return JSON.parse(readFileSync(stateFile(places), 'utf8')) as DaemonState;
  } catch {
    return undefined;
  }
}

export function runs(state: DaemonState): boolean {
  return lives(state.daemon);
}

/** Waits until a running engine answers; false where it does not, or ends meanwhile. */
export async function ready(places: Places, state: DaemonState): Promise<boolean> {
  const until = Date.now() + START_WITHIN;
  while (runs(state) && Date.now() < until) {
    if (await answers(places.socket)) return true;
    await sleep(100);
  }
  return false;
}

/** The settings of the engine: nothing of /etc/docker is read. */
export function daemonSettings(places: Places, dataRoot: string): Record<string, unknown> {
  return {
    'data-root': dataRoot,
    'exec-root': join(places.run, 'exec'),
    pidfile: join(places.run, 'docker.pid'),
    hosts: [places.host],
    bip: BRIDGE_ADDRESS,
    'default-address-pools': [POOL],
    // Where test hosts are: a registry of a test is plain HTTP there.
    'insecure-registries': ['198.18.0.0/24'],
    'cgroup-parent': `/${groupOf(places.run)}`,
    'log-opts': { 'max-size': '8m' },
    // Its containers are removed before it is stopped; nothing is worth the default wait of 15 s.
    'shutdown-timeout': 5,
  };
}

/** Starts an engine and waits until it answers. Throws, with the end of its log, where it does not. */
export async function startDaemon(places: Places, programs: Programs): Promise<DaemonState> {
  const env = await environmentWith(programs.bin);
  const before = await networkBefore(env);
  if (before.foreign) throw new Error('there is a bridge docker0 already: another engine runs on this machine, and two cannot share it');
  const dataRoot = join(places.cache, 'store');
  const mounts = ownMounts([places.run, dataRoot]);
  for (const folder of [join(places.run, 'exec'), dataRoot]) mkdirSync(folder, { recursive: true });
  writeFileSync(join(places.run, 'daemon.json'), JSON.stringify(daemonSettings(places, dataRoot), null, 2));
  layClientConfig(places, programs);
  const begun: DaemonState = { daemon: { pid: 0, start: 'starting' }, dataRoot, bin: programs.bin, plugins: programs.plugins, before, mounts };
  // Before the first step, so that a start that is cut off can be cleaned up after.
  writeState(places, begun);
  const log = openSync(logFile(places), 'a');
  // Its own control group namespace: inside a container the machine's groups are not where the paths say.
  const child = spawn('unshare', ['--cgroup', '--', join(programs.bin, 'dockerd'), '--config-file', join(places.run, 'daemon.json')], { detached: true, stdio: ['ignore', log, log], env, cwd: '/' });
  closeSync(log);
  const failed = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(`dockerd ended with ${code ?? signal}`));
  });
  const daemon = child.pid === undefined ? undefined : identify(child.pid);
  const state: DaemonState = daemon ? { ...begun, daemon } : begun;
  if (daemon) writeState(places, state);
  const late = ready(places, state).then((yes) => (yes ? '' : `no answer on its socket in ${START_WITHIN / 1000} s`));
  const trouble = daemon ? await Promise.race([failed, late]) : await failed;
  child.unref();
  if (trouble) {
    const log = lastLines(places);
    await stopDaemon(places, state);
    throw new Error(`the engine did not start: ${trouble}\n${log}`);
  }
  // What a killed engine left in its store comes back with it; nobody has a claim on it.
  await tidy(places.socket, DEFAULT_IMAGES);
  return state;
}

/** Stops an engine and takes back all it made; also right for one that is dead already. */
export async function stopDaemon(places: Places, state: DaemonState): Promise<void> {
  if (runs(state) && (await answers(places.socket, 5000))) await tidy(places.socket, DEFAULT_IMAGES).catch(() => undefined);
  await endDaemon(places, state);
  rmSync(places.run, { recursive: true, force: true });
}

async function endDaemon(places: Places, state: DaemonState): Promise<void> {
  for (const [signal, within] of [['SIGTERM', STOP_WITHIN], ['SIGKILL', 5000]] as const) {
    if (!runs(state)) break;
    process.kill(state.daemon.pid, signal);
    const until = Date.now() + within;
    while (runs(state) && Date.now() < until) await sleep(50);
  }
  await sweep(places.run, state.dataRoot, state.mounts);
  await restoreNetwork(state.before, await environmentWith(state.bin));
}

/** The docker command's own folder: its plugins, and nobody's credentials. */
function layClientConfig(places: Places, programs: Programs): void {
  const folder = join(places.run, 'config', 'cli-plugins');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(programs.plugins)) symlinkSync(join(programs.plugins, name), join(folder, name));
}

async function environmentWith(bin: string): Promise<NodeJS.ProcessEnv> {
  const env: NodeJS.ProcessEnv = { ...process.env, PATH: `${bin}:${systemPath()}` };
  for (const name of ['DOCKER_HOST', 'DOCKER_CONFIG', 'DOCKER_CONTEXT']) delete env[name];
  if ((await attempt('iptables', ['-w', '-t', 'nat', '-S'], { env })).code !== 0) env['STAGECRAFT_ENGINE_XTABLES'] = 'legacy';
  return env;
}

/** sbin holds mount, ip and iptables, and is not on everybody's PATH. */
function systemPath(): string {
  const path = process.env['PATH'] ?? '';
  return [path, ...['/usr/sbin', '/sbin', '/usr/bin', '/bin'].filter((folder) => !path.split(':').includes(folder))].join(':');
}

function writeState(places: Places, state: DaemonState): void {
  // In one step: a reader sees the old one or the new one.
  writeFileSync(`${stateFile(places)}.new`, JSON.stringify(state, null, 2));
  renameSync(`${stateFile(places)}.new`, stateFile(places));
}

function stateFile(places: Places): string {
  return join(places.run, 'state.json');
}

function logFile(places: Places): string {
  return join(places.run, 'dockerd.log');
}

function lastLines(places: Places): string {
  return existsSync(logFile(places)) ? readFileSync(logFile(places), 'utf8').trimEnd().split('\n').slice(-20).join('\n') : '(no log)';
}
