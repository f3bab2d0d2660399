import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Away, Hosts, Identity, OpenHost } from '../../src/actions/host.js';
import { abortOperation, carryOut, type Ended } from '../../src/actions/operation.js';
import type { ProxyOf } from '../../src/actions/proxy.js';
import { takeUp } from '../../src/actions/take-up.js';
import type { Workspace } from '../../src/actions/types.js';
import { systemClock } from '../../src/adapters/clock.js';
import { createFiles } from '../../src/adapters/files.js';
import { hostFiles } from '../../src/adapters/host-files.js';
import { fail } from '../../src/errors/index.js';
import type { SealedPlan } from '../../src/plan/types.js';
import type { Shell } from '../../src/ports/shell.js';
import { sessionId } from '../../src/protocol/ids.js';
import { describeOwner } from '../../src/protocol/owner.js';
import { createStore } from '../../src/protocol/store.js';
import { apply, built, desired, emptyHost, live, sealed } from '../plan/world.js';
import { scopeAt } from '../protocol/support.js';
import { containersAt } from './engine.js';
import { engineWorld, freshFolder, proxyAt, record, shellAt, stateOf } from './world.js';

export const identity = { project: 'shop', environment: 'prod' } as Identity;

/** Several machines on which release 1 serves and the deploy of release 2 is sealed: nothing of it has begun. Their identities sort as their names. */
export interface Fleet {
  readonly names: readonly string[];
  readonly plan: SealedPlan;
  /** Folder of a machine. */
  at(name: string): string;
  /** Hosts of which every script and read fails, as when the network is cut. */
  readonly cut: Set<string>;
  /** Hosts whose new containers never are healthy. */
  readonly ill: Set<string>;
  /** Called before each script of a host; what it throws is what becomes of the command. */
  before: (host: string, script: string) => void;
  /** Everything that a user could see of a machine, as text. */
  state(name: string): Promise<string>;
}

export async function fleetOf(names: readonly string[]): Promise<Fleet> {
  const model = (version: string): ReturnType<typeof desired> =>
    desired([built('web', `sha256:web-${version}`, {}, version)], [{ service: 'web', port: 3000 }], { hosts: names.map((name) => ({ name, roles: ['app'] })), rollout: { onFailure: 'rollback', acknowledgeMs: 10_000, maxParallel: 1 } });
  const empty = live(...names.map((name) => emptyHost(name, { proxy: { provider: 'acme', running: true, digest: '' } })));
  const prior = apply(sealed(model('v1'), empty, { release: 'rel-1', version: 'v1' }), empty);
  const whole = sealed(model('v2'), prior, { prior: 'rel-1' });
  const folder = await freshFolder();
  const fleet: Fleet = { names, plan: whole, at: (name) => join(folder, name), cut: new Set(), ill: new Set(), before: () => undefined, state: (name) => stateOf(join(folder, name)) };
  for (const name of names) await engineWorld(fleet.at(name), prior.hosts.find((host) => host.name === name));
  const session = sessionId(systemClock);
  for (const { name, store } of openFleet(fleet).hosts) {
    await store.prepare();
    await writeFile(join(fleet.at(name), 'state/host.json'), `${JSON.stringify({ format: 1, identity: `id-${name}`, createdAt: '2026-01-01T00:00:00.000Z' })}\n`);
    await store.acquire(await describeOwner({}, 'test'), whole.operation, Date.now(), { session });
    await store.open(session, { operation: whole.operation, kind: 'deploy', release: whole.release, version: 'v2', prior: 'rel-1', hosts: names, anchor: names[0] ?? '', since: '2026-01-01T00:00:00.000Z', by: 'me' });
    await store.putSecret(session, `${whole.release}.yml`, `operation=${whole.operation} release=${whole.release}\n`);
    await store.putRelease(session, whole.release, { 'release.json': `${JSON.stringify(record)}\n` });
    await writeFile(join(fleet.at(name), 'served'), '');
  }
  return fleet;
}

/** The fleet as a command finds it. Whoever held its locks is dead, unless `living`. */
export function openFleet(fleet: Fleet, living = false): Hosts {
  const hosts = fleet.names.map((name): OpenHost => {
    const world = fleet.at(name);
    const shell = reached(fleet, name, shellAt(world));
    const files = hostFiles(createFiles('/'));
    const guarded = { ...files, read: async (path: string) => (reach(fleet, name), files.read(path)) };
    const engine = containersAt(world);
    const containers: typeof engine = {
      ...engine,
      list: async (labels) => (reach(fleet, name), (await engine.list(labels)).map((c) => (fleet.ill.has(name) && c.labels['stagecraft.operation'] === fleet.plan.operation ? { ...c, health: 'unhealthy' } : c))),
      inspect: async (id) => (reach(fleet, name), engine.inspect(id)),
    };
    const store = createStore({ shell, scope: scopeAt(join(world, 'state')), clock: systemClock, files: guarded, host: name, ...(living ? {} : { holderIsDead: () => Promise.resolve(true) }) });
    return { name, scope: scopeAt(join(world, 'state')), containers, shell, files: guarded, store, bootId: 'boot' };
  });
  const away = hosts.filter((host) => fleet.cut.has(host.name)).map(({ name }): Away => ({ name, error: noRoute(name) }));
  return { hosts: hosts.filter((host) => !fleet.cut.has(host.name)), away };
}

export function workspace(): Workspace {
  const clock = { ...systemClock, sleep: (ms: number, signal?: AbortSignal) => delay(Math.min(ms, 4), undefined, signal ? { signal } : {}) };
  return { io: { event: () => undefined, ask: () => Promise.reject(new Error('nothing is asked')) }, clock, signal: new AbortController().signal, processEnv: {}, command: 'test' } as unknown as Workspace;
}

/** What `deploy --resume` and `--abort` do once the plan is read. */
export function forward(fleet: Fleet): Promise<Ended> {
  const ws = workspace();
  return takeUp(ws, identity, openFleet(fleet), (operation) => carryOut(operation, fleet.plan, proxiesIn(fleet, ws)));
}

export function back(fleet: Fleet): Promise<Ended> {
  const ws = workspace();
  return takeUp(ws, identity, openFleet(fleet), (operation) => abortOperation(operation, fleet.plan, proxiesIn(fleet, ws)));
}

export async function violations(fleet: Fleet): Promise<string> {
  return (await Promise.all(fleet.names.map((name) => readFile(join(fleet.at(name), 'violations'), 'utf8').catch(() => '')))).join('');
}

function proxiesIn(fleet: Fleet, ws: Workspace): ProxyOf {
  const proxies = new Map(fleet.names.map((name) => [name, proxyAt(fleet.at(name), ws.io)]));
  return (name) => proxies.get(name);
}

function reached(fleet: Fleet, name: string, inner: Shell): Shell {
  return {
    run: async (script, options) => (reach(fleet, name), fleet.before(name, script), inner.run(script, options)),
    start: async (file) => (reach(fleet, name), inner.start(file)),
  };
}

function reach(fleet: Fleet, name: string): void {
  if (fleet.cut.has(name)) throw noRoute(name);
}

function noRoute(name: string): Error {
  return fail({ code: 'SC9998', kind: 'external', message: `no route to ${name}`, next: [] });
}
