import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { systemClock } from '../../src/adapters/clock.js';
import type { Away, OpenHost } from '../../src/actions/host.js';
import { lockStatus } from '../../src/actions/lock.js';
import { statePull } from '../../src/actions/state-pull.js';
import type { Workspace } from '../../src/actions/types.js';
import { fail } from '../../src/errors/index.js';
import { operationId } from '../../src/protocol/ids.js';
import { describeOwner } from '../../src/protocol/owner.js';
import type { EnvironmentStore } from '../../src/protocol/store.js';
import type { Owner, ReleaseRecord } from '../../src/protocol/types.js';
import { errorOf, inProject } from '../config/project.js';
import { openRecord, releaseRecord, storeAt, tempFolder } from '../protocol/support.js';

const config = { 'stagecraft.yml': 'version: 1\nproject: { name: shop }\nenvironments:\n  prod: { driver: ssh, hosts: [a, b, c] }\n', 'docker-compose.yml': 'services: { web: { image: "web:1" } }\n' };

interface Scene {
  readonly ws: Workspace;
  readonly folder: string;
  readonly owner: Owner;
  readonly a: EnvironmentStore;
  readonly b: EnvironmentStore;
  readonly rootOfB: string;
}

/** A folder that has the project and nothing else; hosts a and b answer, c is away where it is said so. */
async function elsewhere<T>(work: (scene: Scene) => Promise<T>, away: readonly Away[] = []): Promise<T> {
  const [rootOfA, rootOfB] = [await tempFolder(), await tempFolder()];
  const [a, b] = [storeAt(rootOfA, { host: 'a' }), storeAt(rootOfB, { host: 'b' })];
  await Promise.all([a.prepare(), b.prepare()]);
  const owner = await describeOwner({}, 'stagecraft deploy');
  const hosts = [{ name: 'a', store: a }, { name: 'b', store: b }] as unknown as OpenHost[];
  return inProject(config, ({ folder, files }) => {
    const world = { openHosts: () => Promise.resolve({ hosts, away }), owner: () => Promise.resolve(owner), holderIsDead: () => Promise.resolve(false) };
    const ws = { folder, files, config: 'stagecraft.yml', processEnv: { PATH: process.env['PATH'], HOME: '/root' }, plugins: [], clock: systemClock, io: { event: () => undefined }, world } as unknown as Workspace;
    return work({ ws, folder, owner, a, b, rootOfB });
  });
}

/** One release, closed on these hosts. */
async function deployed(owner: Owner, serial: number, ...stores: readonly EnvironmentStore[]): Promise<ReleaseRecord> {
  const open = openRecord(operationId(systemClock));
  const record = releaseRecord(open, serial, { version: `v${serial}` });
  for (const store of stores) {
    const { session } = await store.acquire(owner, open.operation, Date.now());
    await store.open(session, open);
    await store.decide(session, open.operation, 'commit');
    await store.close(session, record);
    await store.release(session);
  }
  return record;
}

const gone: Away = { name: 'c', error: fail({ code: 'SC3700', kind: 'external', message: 'c cannot be reached.', next: ['stagecraft status'] }) };

describe('CLI_STATE: state pull', () => {
  it('makes the cache again from nothing, and merges hosts that are behind', () =>
    elsewhere(async ({ ws, folder, owner, a, b }) => {
      const first = await deployed(owner, 1, a, b);
      const second = await deployed(owner, 2, a);
      const pulled = await statePull(ws);
      expect(pulled).toMatchObject({
        project: 'shop', environment: 'prod', cache: { path: '.stagecraft/releases.json', releases: 2 }, serving: { release: second.id, version: 'v2' },
        hosts: [{ name: 'a', state: 'current', releases: 2, lacks: [], open: false }, { name: 'b', state: 'behind', releases: 1, lacks: [second.id], open: false }],
        lock: { stepRunning: false }, next: [],
      });
      const cache = JSON.parse(await readFile(join(folder, '.stagecraft/releases.json'), 'utf8')) as { releases: { id: string }[] };
      expect(cache.releases.map(({ id }) => id)).toEqual([second.id, first.id]);
    }));

  it('tells an open operation, who holds it, and what to run next', () =>
    elsewhere(async ({ ws, owner, a, b }) => {
      await deployed(owner, 1, a, b);
      const operation = operationId(systemClock);
      const { session } = await a.acquire(owner, operation, Date.now());
      const open = { ...openRecord(operation), hosts: ['a', 'b'], anchor: 'a' };
      await a.open(session, open);
      expect(await statePull(ws)).toMatchObject({
        hosts: [{ name: 'a', open: true }, { name: 'b', open: false }],
        lock: { lock: { session, owner }, holderDead: false, open },
        next: [`stagecraft lock take --id ${session} --env prod`, 'stagecraft deploy --resume --env prod', 'stagecraft deploy --abort --env prod'],
      });
      await a.release(session);
      expect((await statePull(ws)).next).toEqual(['stagecraft deploy --resume --env prod', 'stagecraft deploy --abort --env prod']);
    }));

  it('tells a host that is away, and keeps what only that one could tell', () =>
    elsewhere(async ({ ws, folder, owner, a, b }) => {
      const first = await deployed(owner, 1, a, b);
      const known = { ...first, id: 'rel-of-c', operation: 'op-of-c', serial: 2 };
      await ws.files.write('.stagecraft/releases.json', `${JSON.stringify({ format: 1, releases: [known] })}\n`);
      const pulled = await statePull(ws);
      expect(pulled.hosts).toMatchObject([{ name: 'a', state: 'current' }, { name: 'b', state: 'current' }, { name: 'c', state: 'away', error: 'c cannot be reached.' }]);
      expect(pulled.lock.away).toEqual([{ name: 'c', error: 'c cannot be reached.' }]);
      expect(await readFile(join(folder, '.stagecraft/releases.json'), 'utf8')).toMatch(/rel-of-c[^]*\n.*rel-/);
    }, [gone]));

  it('tells a history that was changed beside the others', () =>
    elsewhere(async ({ ws, owner, a, b, rootOfB }) => {
      const first = await deployed(owner, 1, a, b);
      await writeFile(join(rootOfB, 'shop/prod/releases', first.id, 'release.json'), '{}\n');
      expect((await statePull(ws)).hosts).toMatchObject([{ name: 'a', state: 'current', releases: 1 }, { name: 'b', state: 'damaged', error: expect.stringContaining('was changed') }]);
    }));

  it('fails where no host answers', async () => {
    const ws = await elsewhere(({ ws: given }) => Promise.resolve(given));
    const silent = { ...ws, world: { ...ws.world, openHosts: () => Promise.resolve({ hosts: [], away: [gone] }) } } as unknown as Workspace;
    expect(await inProject(config, ({ folder, files }) => errorOf(statePull({ ...silent, folder, files } as Workspace)))).toMatchObject({ code: 'SC5006', kind: 'external', message: 'c cannot be reached.' });
  });
});

describe('CLI_LOCK: lock status', () => {
  it('answers by the hosts that are there', () =>
    elsewhere(async ({ ws, owner, b }) => {
      const { session } = await b.acquire(owner, operationId(systemClock), Date.now());
      expect(await lockStatus(ws)).toMatchObject({ lock: { session }, away: [{ name: 'c' }] });
    }, [gone]));
});
