import { mkdir, readFile, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { systemClock } from '../../src/adapters/clock.js';
import { openHosts, type Away, type Hosts, type OpenHost } from '../../src/actions/host.js';
import { hostsAdopt } from '../../src/actions/hosts-adopt.js';
import { hostsForget } from '../../src/actions/hosts-forget.js';
import { statePull } from '../../src/actions/state-pull.js';
import type { Workspace } from '../../src/actions/types.js';
import { underLock } from '../../src/actions/under-lock.js';
import { fail } from '../../src/errors/index.js';
import { operationId } from '../../src/protocol/ids.js';
import { describeOwner } from '../../src/protocol/owner.js';
import type { EnvironmentStore } from '../../src/protocol/store.js';
import type { OpenRecord } from '../../src/protocol/types.js';
import { errorOf, inProject } from '../config/project.js';
import { openRecord, releaseRecord, storeAt, tempFolder } from '../protocol/support.js';

const config = { 'stagecraft.yml': 'version: 1\nproject: { name: shop }\nenvironments:\n  prod: { driver: ssh, hosts: [a, b, c] }\n', 'docker-compose.yml': 'services: { web: { image: "web:1" } }\n' };
const settings = { project: 'shop', environment: 'prod' };
const names = ['a', 'b', 'c'] as const;
type Name = (typeof names)[number];

interface Scene {
  readonly ws: Workspace;
  readonly roots: Readonly<Record<Name, string>>;
  /** Hosts that do not answer now. */
  readonly gone: Set<string>;
  readonly asked: string[];
  answer: string;
  store(name: Name): EnvironmentStore;
  hosts(): Promise<Hosts>;
  /** One release, closed on all hosts that answer, as a deploy does it. */
  deployed(): Promise<string>;
  /** An operation that is open on all hosts, its lock left to nobody. */
  opened(more?: Partial<OpenRecord>): Promise<OpenRecord>;
}

/** Three hosts of folders, and a project. */
async function fleet<T>(work: (scene: Scene) => Promise<T>): Promise<T> {
  const roots = { a: await tempFolder(), b: await tempFolder(), c: await tempFolder() };
  const gone = new Set<string>();
  const owner = await describeOwner({}, 'stagecraft deploy');
  const asked: string[] = [];
  const store = (name: Name): EnvironmentStore => storeAt(roots[name], { host: name });
  const away = (name: string): Away => ({ name, error: fail({ code: 'SC3700', kind: 'external', message: `${name} cannot be reached.`, next: ['x'] }) });
  const reach = (): Hosts => ({ hosts: names.filter((name) => !gone.has(name)).map((name) => ({ name, store: store(name) }) as unknown as OpenHost), away: names.filter((name) => gone.has(name)).map(away) });
  for (const name of names) await store(name).prepare();
  return inProject(config, ({ folder, files }) => {
    const world = { openHosts: () => Promise.resolve(reach()), owner: () => Promise.resolve(owner), holderIsDead: () => Promise.resolve(true) };
    const io = { event: () => undefined, ask: ({ text }: { text: string }) => (asked.push(text), Promise.resolve(scene.answer)) };
    const ws = { folder, files, config: 'stagecraft.yml', processEnv: { PATH: process.env['PATH'], HOME: '/root', USER: 'ada' }, plugins: [], clock: systemClock, io, world, yes: false, command: 'stagecraft hosts', signal: new AbortController().signal } as unknown as Workspace;
    const identity = { ...settings, composeProject: 'shop-prod', driver: 'ssh', hosts: [] } as never;
    const scene: Scene = {
      ws, roots, gone, asked, answer: '', store,
      hosts: () => openHosts(ws, identity),
      deployed: async () => {
        const { hosts } = await scene.hosts();
        return underLock(ws, hosts, settings, 0, async ({ session, operation, hosts: held }) => {
          const open = { ...openRecord(operation), hosts: held.map((host) => host.name), anchor: held[0]?.name ?? '' };
          const heads: Record<string, { readonly identity: string; readonly head: string }> = {};
          for (const host of held) await host.store.open(session, open);
          for (const host of held) heads[host.name] = await host.store.witness();
          const record = releaseRecord(open, Math.max(...(await Promise.all(held.map((host) => host.store.nextSerial())))), { hosts: heads });
          for (const host of held) {
            await host.store.decide(session, operation, 'commit');
            await host.store.close(session, record);
          }
          return open.release;
        });
      },
      opened: async (more = {}) => {
        const open = { ...openRecord(operationId(systemClock)), hosts: [...names], anchor: 'a', ...more };
        for (const name of names) {
          const { session } = await store(name).acquire(owner, open.operation, Date.now());
          await store(name).open(session, open);
          await store(name).release(session);
        }
        return open;
      },
    };
    return work(scene);
  });
}

const forget = (ws: Workspace, name: string, more: { readonly dryRun?: boolean } = {}): ReturnType<typeof hostsForget> => hostsForget(ws, { name, lockWaitMs: 0, dryRun: false, ...more });
const adopt = (ws: Workspace, name: string, more: { readonly dryRun?: boolean } = {}): ReturnType<typeof hostsAdopt> => hostsAdopt(ws, { name, lockWaitMs: 0, dryRun: false, ...more });
const yes = (ws: Workspace): Workspace => ({ ...ws, yes: true });

describe('HOSTS_MEMBERS: a host that never comes back', () => {
  it('is forgotten, and what comes after goes on without it', () =>
    fleet(async (scene) => {
      await scene.deployed();
      scene.gone.add('c');
      expect(await forget(yes(scene.ws), 'c', { dryRun: true })).toMatchObject({ outcome: 'planned' });
      expect(await forget(yes(scene.ws), 'c')).toEqual({ outcome: 'forgotten', environment: 'prod', host: 'c' });
      expect(await scene.hosts()).toMatchObject({ hosts: [{ name: 'a' }, { name: 'b' }], away: [], outside: [{ name: 'c', member: { is: 'forgotten', serial: 1, by: expect.stringContaining('ada') } }] });
      await scene.deployed();
      expect(await forget(yes(scene.ws), 'c')).toMatchObject({ outcome: 'unchanged' });
    }));

  it('takes part in nothing when it comes back, until it is adopted; then it has the history of the others', () =>
    fleet(async (scene) => {
      const first = await scene.deployed();
      scene.gone.add('c');
      await forget(yes(scene.ws), 'c');
      const second = await scene.deployed();
      scene.gone.clear();
      const back = await scene.hosts();
      expect(back.hosts.map(({ name }) => name)).toEqual(['a', 'b']);
      expect(back.outside).toMatchObject([{ name: 'c', host: { name: 'c' } }]);
      expect((await statePull(scene.ws)).hosts).toMatchObject([{ name: 'a', state: 'current' }, { name: 'b', state: 'current' }, { name: 'c', state: 'forgotten' }]);
      expect(await adopt(yes(scene.ws), 'c')).toMatchObject({ outcome: 'adopted', was: 'forgotten', copied: 2, aside: expect.stringContaining('/aside-') });
      expect((await scene.store('c').history()).map(({ id }) => id)).toEqual([second, first]);
      expect((await scene.hosts()).hosts).toHaveLength(3);
      await scene.deployed();
      expect((await statePull(scene.ws)).hosts).toMatchObject(names.map((name) => ({ name, state: 'current', releases: 3 })));
      expect(await adopt(yes(scene.ws), 'c')).toMatchObject({ outcome: 'unchanged' });
    }));

  it('is asked about by its name', () =>
    fleet(async (scene) => {
      scene.gone.add('c');
      scene.answer = 'b';
      expect(await errorOf(forget(scene.ws, 'c'))).toMatchObject({ code: 'SC5116', kind: 'user' });
      expect(scene.asked).toEqual([expect.stringMatching(/Type the name of the host, c, to forget it/)]);
      scene.answer = 'c';
      expect(await forget(scene.ws, 'c')).toMatchObject({ outcome: 'forgotten' });
    }));

  it('is refused while it answers, and where there is no such host', () =>
    fleet(async ({ ws }) => {
      expect(await errorOf(forget(yes(ws), 'c'))).toMatchObject({ code: 'SC5111', kind: 'user' });
      expect(await errorOf(forget(yes(ws), 'd'))).toMatchObject({ code: 'SC5110', kind: 'user', next: ['Hosts: a, b, c'] });
    }));

  it.each(['a', 'c'] as const)('closes what is open without it, also where it was the anchor: %s', (name) =>
    fleet(async (scene) => {
      await scene.deployed();
      const open = await scene.opened();
      scene.gone.add(name);
      expect(await forget(yes(scene.ws), name)).toEqual({ outcome: 'forgotten', environment: 'prod', host: name, operation: { kind: 'deploy', release: open.release, version: 'v1', outcome: 'failed' } });
      const others = names.filter((one) => one !== name);
      for (const other of others) expect(await scene.store(other).readRelease(open.release)).toMatchObject({ outcome: 'failed', forgotten: [name], hosts: { [other]: {} } });
      for (const other of others) expect(await scene.store(other).readOpen()).toBeUndefined();
      // Its own state still says that it is open: nobody asks it.
      scene.gone.clear();
      await scene.deployed();
    }));

  it('is forgotten once more where the first time was cut off between two hosts', () =>
    fleet(async (scene) => {
      const open = await scene.opened();
      scene.gone.add('c');
      const owner = await describeOwner({}, 'stagecraft hosts forget');
      const { session } = await scene.store('a').acquire(owner, open.operation, Date.now());
      await scene.store('a').putMembers(session, open.operation, { format: 1, turn: 1, hosts: { c: { is: 'forgotten', serial: 0, since: 'then', by: 'ada' } } }, 'c was forgotten');
      await scene.store('a').amend(session, { ...open, hosts: ['a', 'b'], forgotten: ['c'] });
      await scene.store('a').release(session);
      expect(await forget(yes(scene.ws), 'c')).toMatchObject({ outcome: 'forgotten', operation: { release: open.release, outcome: 'failed' } });
      for (const name of ['a', 'b'] as const) expect(await scene.store(name).readRelease(open.release)).toMatchObject({ forgotten: ['c'] });
    }));
});

describe('HOSTS_MEMBERS: a host that is not the one that the others remember', () => {
  it('is another machine: refused until it is adopted', () =>
    fleet(async (scene) => {
      await scene.deployed();
      await rm(scene.roots.c, { recursive: true });
      await mkdir(scene.roots.c);
      expect(await errorOf(scene.deployed())).toMatchObject({ code: 'SC5112', kind: 'user', message: expect.stringContaining('c is another machine'), next: expect.arrayContaining(['stagecraft hosts adopt c']) });
      expect((await statePull(scene.ws)).hosts).toMatchObject([{ state: 'current' }, { state: 'current' }, { name: 'c', state: 'replaced' }]);
      expect(await adopt(yes(scene.ws), 'c')).toMatchObject({ outcome: 'adopted', was: 'replaced', copied: 1 });
      await scene.deployed();
      expect(await readdir(join(scene.roots.c, 'shop/prod'))).not.toContain('lock');
    }));

  it.each([['whole', ''], ['only its journal', 'journal.ndjson']])('was set back, %s: refused until it is adopted', (_, what) =>
    fleet(async (scene) => {
      await scene.deployed();
      const before = `${scene.roots.c}-before`;
      const folder = join(scene.roots.c, 'shop/prod');
      await rename(folder, before);
      await scene.store('c').prepare();
      if (what !== '') {
        await rm(folder, { recursive: true });
        await rename(before, folder);
        await rm(join(folder, what));
      } else await rm(before, { recursive: true });
      expect(['SC5112', 'SC3012']).toContain(((await errorOf(scene.deployed())) as { code?: string }).code);
      expect(await adopt(yes(scene.ws), 'c')).toMatchObject({ outcome: 'adopted', was: 'rewound', copied: 1 });
      await scene.deployed();
      await scene.deployed();
      const lines = (await readFile(join(folder, 'journal.ndjson'), 'utf8')).split('\n');
      expect(lines.filter((line) => line.includes('"copied":"'))).toHaveLength(1);
    }));
});
