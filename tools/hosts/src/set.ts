import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { identify, lives, locked, places as enginePlaces, unpackedPrograms, type Distribution, type ProcessIdentity } from '@stagecraft-tools/engine/parts';
import { removeAllGroups } from './control-groups.js';
import { hostAt, type Client } from './host.js';
import { layHost, layKey, MOST, removeHost } from './make.js';
import { switchDown, switchUp } from './network.js';
import { hostPlaces, type HostPlaces } from './places.js';
import { bareRoot } from './root.js';
import type { HostChoice, TestHost } from './types.js';
import { whetherHosts } from './whether.js';

/** Hosts that are this process's alone until they are released. */
export interface HostSet {
  readonly hosts: readonly TestHost[];
  /** Takes all of them away, whatever state they are in. A second call does nothing. */
  release(): Promise<void>;
}

export interface SetOptions {
  /** Shown to who finds them in use. */
  readonly why: string;
  /** A choice a host, 1 to 6. */
  readonly hosts: readonly HostChoice[];
  readonly tell?: (line: string) => void;
  /** Milliseconds to wait for another process to release its hosts; default ten minutes. */
  readonly wait?: number;
}

/** Who has the hosts of this machine. `start: 'detached'`: `hosts up`, until `hosts down`. */
export interface Owner extends ProcessIdentity {
  readonly why: string;
}

const DETACHED = 'detached';

/** Hosts of one's own, or why there are none. There is one set a machine: the next waits until the first is released. */
export async function acquireHosts(options: SetOptions): Promise<HostSet | { readonly reason: string }> {
  const places = hostPlaces();
  const distribution = await whetherHosts();
  if (typeof distribution === 'string') return { reason: distribution };
  if (options.hosts.length < 1 || options.hosts.length > MOST) return { reason: `there can be 1 to ${MOST} hosts` };
  const own = identify(process.pid);
  if (!own) return { reason: 'this process is not in /proc' };
  const busy = await claim(places, { ...own, why: options.why }, options.wait ?? 600_000, options.tell);
  if (busy !== undefined) return { reason: busy };
  try {
    const hosts = await addHosts(places, options.hosts, distribution, options.tell ?? (() => undefined), true);
    let released = false;
    return {
      hosts,
      async release() {
        if (released) return;
        released = true;
        await locked(places.lock, () => removeAll(places));
      },
    };
  } catch (error) {
    await locked(places.lock, () => removeAll(places));
    return { reason: (error as Error).message };
  }
}

/** Adds hosts that stay until `takeDown`. Throws where they cannot be made. */
export async function bringUp(choices: readonly HostChoice[], tell: (line: string) => void): Promise<readonly TestHost[]> {
  const places = hostPlaces();
  const distribution = await whetherHosts();
  if (typeof distribution === 'string') throw new Error(distribution);
  const busy = await claim(places, { pid: 0, start: DETACHED, why: 'hosts up' }, 0, tell);
  if (busy !== undefined) throw new Error(busy);
  return addHosts(places, choices, distribution, tell, false);
}

/** Takes hosts away: all of them, or one. Answers why not where another process uses them. */
export async function takeDown(options: { readonly name?: string; readonly force?: boolean } = {}): Promise<string | undefined> {
  const places = hostPlaces();
  return locked(places.lock, async () => {
    const owner = ownerOf(places);
    if (owner && owner.start !== DETACHED && lives(owner) && !options.force) return inUse(owner);
    if (options.name === undefined) await removeAll(places);
    else await removeHost(places, options.name);
    return undefined;
  });
}

/** The hosts that are there now, on or off, and who has them. */
export function present(places: HostPlaces = hostPlaces()): { readonly owner: Owner | undefined; readonly hosts: readonly TestHost[] } {
  return { owner: ownerOf(places), hosts: names(places).map((name) => hostAt(places, name, clientOf(places))) };
}

async function claim(places: HostPlaces, owner: Owner, wait: number, tell: SetOptions['tell']): Promise<string | undefined> {
  let told = false;
  for (const until = Date.now() + wait; ; await sleep(500)) {
    const busy = await locked(places.lock, async () => {
      const there = ownerOf(places);
      if (there?.start === DETACHED && owner.start === DETACHED) return undefined;
      if (there && (there.start === DETACHED || lives(there))) return there;
      // A set whose owner was killed is nobody's.
      await removeAll(places);
      mkdirSync(places.state, { recursive: true });
      writeFileSync(join(places.state, 'owner.json'), JSON.stringify(owner));
      return undefined;
    });
    if (!busy) return undefined;
    if (busy.start === DETACHED || Date.now() > until) return inUse(busy);
    if (!told) tell?.(`waiting: ${inUse(busy)}`);
    told = true;
  }
}

function inUse(owner: Owner): string {
  return owner.start === DETACHED ? 'the test hosts of this machine are up by `pnpm hosts up`: end that with `pnpm hosts down`' : `the test hosts of this machine are in use: ${owner.why} (process ${owner.pid})`;
}

async function addHosts(places: HostPlaces, choices: readonly HostChoice[], distribution: Distribution, tell: (line: string) => void, tied: boolean): Promise<readonly TestHost[]> {
  // The engine's own lock: one of the two unpacks, the other finds it.
  const programs = await locked(dirname(enginePlaces().run), () => unpackedPrograms(enginePlaces().cache, distribution, tell));
  const bare = await bareRoot(places.roots, distribution, tell);
  const added = await locked(places.lock, async () => {
    await layKey(places);
    await switchUp();
    layClient(places, programs);
    const free = Array.from({ length: MOST }, (_, n) => n + 1).filter((number) => !names(places).includes(`h${number}`));
    if (choices.length > free.length) throw new Error(`there can be ${MOST} hosts, and ${MOST - free.length} are there`);
    const made: string[] = [];
    for (const [n, choice] of choices.entries()) made.push(await layHost(places, free[n] ?? 0, choice, { bare, engine: join(programs.folder, 'root') }, tied));
    return made.map((name) => hostAt(places, name, clientOf(places)));
  });
  await Promise.all(added.map((host) => host.boot()));
  return added;
}

/** All of it, in any state, as far as it is there. */
async function removeAll(places: HostPlaces): Promise<void> {
  for (let number = 1; number <= MOST; number++) await removeHost(places, `h${number}`);
  await switchDown();
  removeAllGroups();
  rmSync(places.state, { recursive: true, force: true });
}

function names(places: HostPlaces): readonly string[] {
  return existsSync(places.state) ? readdirSync(places.state).filter((name) => existsSync(join(places.state, name, 'host.json'))).sort() : [];
}

function ownerOf(places: HostPlaces): Owner | undefined {
  try {
    return JSON.parse(readFileSync(join(places.state, 'owner.json'), 'utf8')) as Owner;
  } catch {
    return undefined;
  }
}

function clientOf(places: HostPlaces): Client {
  return { bin: join(places.state, 'client/bin'), config: join(places.state, 'client/config') };
}

/** Links to the docker command and its plugins, for who speaks to the hosts' engines from here. */
function layClient(places: HostPlaces, programs: { readonly bin: string; readonly plugins: string }): void {
  const { bin, config } = clientOf(places);
  if (existsSync(bin)) return;
  mkdirSync(config, { recursive: true });
  symlinkSync(programs.bin, bin);
  symlinkSync(programs.plugins, join(config, 'cli-plugins'));
}
