import { createHash } from 'node:crypto';
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll } from '@jest/globals';
import type { ProxyOf } from '../../src/actions/proxy.js';
import type { Operation } from '../../src/actions/open-operation.js';
import type { Workspace } from '../../src/actions/types.js';
import { systemClock } from '../../src/adapters/clock.js';
import { createFiles } from '../../src/adapters/files.js';
import { hostFiles } from '../../src/adapters/host-files.js';
import { localShell } from '../../src/adapters/shell.js';
import { fail } from '../../src/errors/index.js';
import type { HostObservation } from '../../src/observe/types.js';
import type { Event } from '../../src/plugin-api/event.js';
import type { ProxyProvider, RouteTable, Target } from '../../src/plugin-api/index.js';
import type { Shell } from '../../src/ports/shell.js';
import { describeOwner } from '../../src/protocol/owner.js';
import { createStore, type EnvironmentStore } from '../../src/protocol/store.js';
import type { ReleaseRecord } from '../../src/protocol/types.js';
import type { ProxyInUse } from '../../src/steps/types.js';
import { scopeAt } from '../protocol/support.js';
import { dockerStub, syncStub } from './docker-stub.js';
import { containersAt, writeContainer } from './engine.js';
import { before, plan, target } from './shop.js';

const made: string[] = [];
afterAll(async () => {
  await Promise.all(made.map((folder) => rm(folder, { recursive: true, force: true, maxRetries: 5 })));
});

/** A folder for worlds. In memory where the machine has that: what is tested is the order of writes, not the disk. */
export async function freshFolder(): Promise<string> {
  const folder = await mkdtemp(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'sc-crash-'));
  made.push(folder);
  return folder;
}

/** A host on which release 1 serves and the deploy of release 2 is sealed: nothing of it has begun. */
export async function sealedWorld(world: string): Promise<void> {
  await engineWorld(world, before.hosts[0]);
  const store = storeAt(world);
  await store.prepare();
  const { session } = await store.acquire(await describeOwner({}, 'test'), plan.operation, Date.now());
  await store.open(session, { operation: plan.operation, kind: 'deploy', release: plan.release, version: 'v2', prior: 'rel-1', hosts: ['local'], anchor: 'local', since: '2026-01-01T00:00:00.000Z', by: 'me' });
  await store.putSecret(session, `${plan.release}.yml`, `operation=${plan.operation} release=${plan.release}\n`);
  await store.putRelease(session, plan.release, { 'release.json': `${JSON.stringify(record)}\n` });
  await writeFile(join(world, 'served'), '');
}

/** A host's machine: its engine as folders, its proxy as files, the stubs that change them. */
export async function engineWorld(world: string, seen: HostObservation | undefined): Promise<void> {
  await mkdir(join(world, 'bin'), { recursive: true });
  await mkdir(join(world, 'engine/c'), { recursive: true });
  for (const [name, text] of Object.entries({ docker: dockerStub, sync: syncStub })) {
    await writeFile(join(world, 'bin', name), text);
    await chmod(join(world, 'bin', name), 0o755);
  }
  for (const container of seen?.containers ?? []) await writeContainer(world, container);
  await writeTable(world, seen?.table);
}

async function writeTable(world: string, table: RouteTable | undefined): Promise<void> {
  for (const folder of ['files', 'tables', 'edges']) await mkdir(join(world, 'state/proxy', folder), { recursive: true });
  if (!table) return;
  await writeFile(join(world, 'state/proxy/files/shop.txt'), linesOf(table));
  await writeFile(join(world, 'state/proxy/tables/shop-prod.json'), `${JSON.stringify({ ...table, provider: 'acme' })}\n`);
}

export function storeAt(world: string, shell: Shell = shellAt(world)): EnvironmentStore {
  // Whoever held the lock is dead: that is what these tests are about.
  return createStore({ shell, scope: scopeAt(join(world, 'state')), clock: systemClock, files: hostFiles(createFiles('/')), holderIsDead: () => Promise.resolve(true) });
}

export function shellAt(world: string): Shell {
  return localShell({ env: { PATH: `${join(world, 'bin')}:${process.env['PATH'] ?? ''}`, DOCKER_CONFIG: world } });
}

/** Takes the open operation up, as `--resume` and `--abort` do. */
export async function takeUp(world: string, more: { readonly shell?: Shell; readonly bootId?: string; readonly signal?: AbortSignal; readonly onEvent?: (event: Event) => void } = {}): Promise<{ readonly operation: Operation; readonly proxies: ProxyOf; readonly store: EnvironmentStore }> {
  const shell = more.shell ?? shellAt(world);
  const store = storeAt(world, shell);
  const open = await store.readOpen();
  if (!open) throw new Error('no operation is open');
  const { session } = await store.acquire(await describeOwner({}, 'test'), open.operation, Date.now());
  const files = hostFiles(createFiles('/'));
  const clock = { ...systemClock, sleep: (ms: number, signal?: AbortSignal) => delay(Math.min(ms, 4), undefined, signal ? { signal } : {}) };
  const io = { event: (event: Event) => more.onEvent?.(event), ask: () => Promise.reject(new Error('nothing is asked')) };
  const signal = more.signal ?? new AbortController().signal;
  const host = { name: 'local', scope: scopeAt(join(world, 'state')), containers: containersAt(world), shell, files, store, bootId: more.bootId ?? (await store.bootId()) };
  const operation: Operation = { ws: { io, clock, signal } as unknown as Workspace, hosts: [host], away: [], closed: [], anchor: host, session, open, record: (await store.readRelease(open.release)) ?? record, begunAt: 0 };
  const proxy = proxyAt(world, io);
  return { operation, proxies: () => proxy, store };
}

export const record: ReleaseRecord = {
  format: 1, id: plan.release, serial: 1, project: 'shop', environment: 'prod', version: 'v2', kind: 'deploy', outcome: 'open', startedAt: '2026-01-01T00:00:00.000Z', operator: 'me', operation: plan.operation,
  phases: { build: { status: 'pending' }, push: { status: 'pending' }, migrate_pre: { status: 'pending' }, rollout: { status: 'pending' }, migrate_post: { status: 'pending' }, finalize: { status: 'pending' } },
  images: {}, rendered: {}, changes: {},
};

/** A proxy that routes what its file says. */
export function proxyAt(world: string, io: { event(event: Event): void }): ProxyInUse {
  const provider: ProxyProvider = {
    kind: 'proxy', id: 'acme', api: '0.1.0', configSchema: {},
    service: () => ({ image: 'acme:1', command: [], ports: [], folder: '/etc/acme', files: [] }),
    change: (_config, _place, _from, to) => ({ files: [{ path: 'shop.txt', content: to ? linesOf(to) : '' }], remove: [], run: [{ argv: ['docker', 'proxy', 'reload'] }] }),
    observe: async () => (await readFile(join(world, 'state/proxy/files/shop.txt'), 'utf8')).split('\n').filter((line) => line !== '').map((id): Target => target(id)),
    open: () => Promise.resolve(0),
  };
  const context = { io, fail } as unknown as ProxyInUse['context'];
  return { id: 'acme', provider, config: {}, place: { listen: { http: 80, https: 443 }, apiPort: 8082, gateway: '', container: 'stagecraft-proxy' }, context };
}

function linesOf(table: RouteTable): string {
  return table.targets.filter(({ state }) => state === 'in').map(({ id }) => `${id}\n`).join('');
}

/** Everything that a user could see of the host, as text. */
export async function stateOf(world: string, services: (name: string) => boolean = () => true): Promise<string> {
  const containers = (await containersAt(world).list({})).filter((c) => services(c.service ?? ''));
  const lines = containers.map((c) => `${c.id} ${c.name} ${c.status} ${c.restartPolicy} ${Object.entries(c.networks).map(([name, { aliases }]) => `${name}=${aliases.join('+')}`).join(' ')}`);
  const table = JSON.parse(await readFile(join(world, 'state/proxy/tables/shop-prod.json'), 'utf8')) as RouteTable;
  return [...lines.sort(), `file: ${(await readFile(join(world, 'state/proxy/files/shop.txt'), 'utf8')).trim().replaceAll('\n', ' ')}`, `table: ${table.targets.map(({ id }) => id).join(' ')}`].join('\n');
}

/**
 * Keeps a copy of the world after every change that `work` makes: what a crash there leaves. Equal ones once.
 * @returns folders of the copies, in order.
 */
export async function crashesOf(world: string, work: (shell: Shell) => Promise<unknown>): Promise<readonly string[]> {
  const copies = await freshFolder();
  await writeFile(join(world, 'snapshots'), `${copies}\n`);
  const inner = shellAt(world);
  // Between two scripts, where no step runs: with one, its own changes are copied in it.
  const copy = `exec 9>>"${world}/state/shop/prod/step.lock"; flock -n 9 || exit 0; n=$(ls "${copies}" | wc -l); cp -a "${world}" "${copies}/.new" && rm -f "${copies}/.new/snapshots" && mv "${copies}/.new" "${copies}/$(printf %03d "$n")"`;
  const copied = async <T>(result: T): Promise<T> => {
    await inner.run(copy);
    return result;
  };
  await work({ run: async (script, options) => copied(await inner.run(script, options)), start: (file) => inner.start(file) });
  await rm(join(world, 'snapshots'));
  const seen = new Set<string>();
  const distinct: string[] = [];
  for (const name of (await readdir(copies)).sort()) {
    const print = await fingerprint(join(copies, name));
    if (!seen.has(print)) distinct.push(join(copies, name));
    seen.add(print);
  }
  return distinct;
}

async function fingerprint(world: string): Promise<string> {
  const folder = join(world, 'state/shop/prod');
  const read = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '');
  const journal = (await read(join(folder, 'journal.ndjson'))).split('\n').filter((line) => line.endsWith('}')).map((line) => {
    const { type, step, direction, status, phase } = JSON.parse(line) as Record<string, string>;
    return [type, step, direction, status, phase].join(' ');
  });
  const others = await Promise.all(['open.json', 'decision', `releases/${plan.release}/release.json`].map((name) => read(join(folder, name))));
  return createHash('sha256').update([await stateOf(world).catch(() => ''), ...journal, ...others.map((text) => text.replaceAll(/"(finishedAt|startedAt|head)":"[^"]*"/g, '')), await read(join(world, 'state/proxy/files/shop.txt'))].join('\n')).digest('hex');
}

export async function copyOf(world: string): Promise<string> {
  const to = join(await freshFolder(), 'world');
  await cp(world, to, { recursive: true, preserveTimestamps: true });
  return to;
}
