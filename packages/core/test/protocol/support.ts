import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from '@jest/globals';
import { systemClock } from '../../src/adapters/clock.js';
import { createFiles } from '../../src/adapters/files.js';
import { hostFiles } from '../../src/adapters/host-files.js';
import { localShell } from '../../src/adapters/shell.js';
import { scopeOf } from '../../src/hosts/scope-of.js';
import type { Scope } from '../../src/hosts/scope.js';
import type { Shell } from '../../src/ports/shell.js';
import { operationId, releaseId } from '../../src/protocol/ids.js';
import { describeOwner } from '../../src/protocol/owner.js';
import { createStore, type EnvironmentStore, type StoreSetup } from '../../src/protocol/store.js';
import type { OpenRecord, Owner, ReleaseRecord, StepScript } from '../../src/protocol/types.js';

const made: string[] = [];
afterEach(async () => {
  await Promise.all(made.splice(0).map((folder) => rm(folder, { recursive: true, force: true, maxRetries: 5 })));
});

export async function tempFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sc-state-'));
  made.push(folder);
  return folder;
}

export function scopeAt(root: string): Scope {
  return scopeOf({ root, defaultRoot: '/var/lib/stagecraft', project: 'shop', environment: 'prod', composeProject: 'shop-prod' });
}

export function storeAt(root: string, more: Partial<StoreSetup> = {}): EnvironmentStore {
  const shell: Shell = localShell({ env: process.env });
  return createStore({ shell, scope: scopeAt(root), clock: systemClock, files: hostFiles(createFiles('/')), ...more });
}

/** A prepared store whose lock we hold. */
export async function held(more: Partial<StoreSetup> = {}): Promise<{ root: string; folder: string; store: EnvironmentStore; session: string; operation: string; owner: Owner }> {
  const root = await tempFolder();
  const store = storeAt(root, more);
  await store.prepare();
  const owner = await describeOwner({}, 'stagecraft deploy');
  const operation = operationId(systemClock);
  const { session } = await store.acquire(owner, operation, Date.now());
  return { root, folder: scopeAt(root).folder, store, session, operation, owner };
}

export function step(operation: string, effects: string, more: Partial<StepScript> = {}): StepScript {
  return { operation, step: 'local/web/start', direction: 'do', attempt: 1, timeoutMs: 10_000, effects, ...more };
}

export function openRecord(operation: string, release = releaseId(systemClock)): OpenRecord {
  return { operation, kind: 'deploy', release, version: 'v1', hosts: ['local'], anchor: 'local', since: '2026-01-01T00:00:00.000Z', by: 'me' };
}

export function releaseRecord(open: OpenRecord, serial: number, more: Partial<ReleaseRecord> = {}): ReleaseRecord {
  const done = { status: 'completed' } as const;
  return {
    format: 1, id: open.release, serial, project: 'shop', environment: 'prod', version: open.version, kind: 'deploy', outcome: 'completed', startedAt: open.since, operator: 'me',
    operation: open.operation, phases: { build: done, push: done, migrate_pre: done, rollout: done, migrate_post: done, finalize: done }, images: {}, rendered: {}, changes: {}, ...more,
  };
}

/** One whole deploy by the store alone. */
export async function deployOnce(store: EnvironmentStore, owner: Owner, more: Partial<ReleaseRecord> = {}): Promise<ReleaseRecord> {
  const operation = operationId(systemClock);
  const { session } = await store.acquire(owner, operation, Date.now());
  const open = openRecord(operation);
  await store.open(session, open);
  await store.decide(session, operation, 'commit');
  const closed = await store.close(session, releaseRecord(open, await store.nextSerial(), more));
  await store.release(session);
  return closed;
}

export async function linesOf(path: string): Promise<string[]> {
  return (await readFile(path, 'utf8')).split('\n').filter((line) => line !== '');
}

/** A dead owner of this machine: same boot and namespace, and a pid that is nobody's. */
export function dead(owner: Owner): Owner {
  return { ...owner, pid: 2 ** 22 + 1, startTime: '1' };
}
