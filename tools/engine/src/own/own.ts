import { dirname, join } from 'node:path';
import { list } from '../api.js';
import { attempt } from '../exec.js';
import type { Acquired, Engine, Tell } from '../engine.js';
import { readState, ready, runs, startDaemon, stopDaemon, type DaemonState } from './daemon.js';
import { eligible } from './distribution.js';
import { locked } from './lock.js';
import { unpackedPrograms } from './packages.js';
import { places as defaultPlaces, type Places } from './places.js';
import { DETACHED, identify, usersIn, type User } from './users.js';

export interface OwnOptions {
  /** Shown by `status`. */
  why: string;
  tell?: Tell;
  /** Stays until `down` instead of until this process ends. */
  detached?: boolean;
  places?: Places;
}

/** Our own engine: the one that runs, else a new one. */
export async function ownEngine(options: OwnOptions): Promise<Acquired> {
  const places = options.places ?? defaultPlaces();
  const distribution = eligible();
  if (typeof distribution === 'string') return { reason: distribution };
  const tell = options.tell ?? (() => undefined);
  const user = options.detached ? DETACHED : self(options.why);
  return locked(lockOf(places), async () => {
    try {
      const state = (await running(places, tell)) ?? (await startDaemon(places, await unpackedPrograms(places.cache, distribution, tell)));
      const leave = usersIn(usersFolder(places)).add(user);
      return { engine: await engineOf(places, state, leave) };
    } catch (error) {
      return { reason: (error as Error).message };
    }
  });
}

/** Our engine's state as seen from outside; undefined where none runs. */
export function ownStatus(places: Places = defaultPlaces()): { state: DaemonState; users: User[] } | undefined {
  const state = readState(places);
  return state && runs(state) ? { state, users: usersIn(usersFolder(places)).living() } : undefined;
}

/** Ends the use of `up`, and the engine where no one else uses it (or `force`). Answers who still does. */
export async function down(options: { force?: boolean; places?: Places } = {}): Promise<User[]> {
  const places = options.places ?? defaultPlaces();
  return locked(lockOf(places), async () => {
    usersIn(usersFolder(places)).removeDetached();
    return stopUnused(places, options.force ?? false);
  });
}

/** What a child needs to use our engine. */
export function ownEnv(places: Places, state: DaemonState, env: NodeJS.ProcessEnv = process.env): Engine['env'] {
  const rest = (env['PATH'] ?? '').split(':').filter((folder) => folder !== state.bin).join(':');
  return { DOCKER_HOST: places.host, DOCKER_CONFIG: join(places.run, 'config'), PATH: `${state.bin}:${rest}`, STAGECRAFT_TEST_ENGINE: places.host };
}

async function running(places: Places, tell: Tell): Promise<DaemonState | undefined> {
  const state = readState(places);
  if (!state) return undefined;
  if (await ready(places, state)) return state;
  tell('cleaning up after an engine that was killed or hangs');
  await stopDaemon(places, state);
  return undefined;
}

async function engineOf(places: Places, state: DaemonState, leave: () => void): Promise<Engine> {
  const env = ownEnv(places, state);
  const { Version } = await list<{ Version: string }>(places.socket, '/version');
  const compose = (await attempt('docker', ['compose', 'version', '--short'], { env: { ...process.env, ...env } })).stdout.trim();
  let left = false;
  return {
    kind: 'own',
    host: places.host,
    version: Version,
    compose,
    env,
    async release() {
      if (left) return;
      left = true;
      await locked(lockOf(places), async () => {
        leave();
        await stopUnused(places, false);
      });
    },
  };
}

async function stopUnused(places: Places, force: boolean): Promise<User[]> {
  const state = readState(places);
  const users = state && runs(state) ? usersIn(usersFolder(places)).living() : [];
  if (state && (force || users.length === 0)) {
    await stopDaemon(places, state);
    return [];
  }
  return users;
}

function self(why: string): User {
  const identity = identify(process.pid);
  if (!identity) throw new Error('this process is not in /proc');
  return { ...identity, why };
}

/** The kernel's lock on the folder above: it is there before us and stays after us, and no file of ours is left. */
function lockOf(places: Places): string {
  return dirname(places.run);
}

function usersFolder(places: Places): string {
  return join(places.run, 'users');
}
