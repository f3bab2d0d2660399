import { describe, expect, it } from '@jest/globals';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { underLock } from '../../src/actions/under-lock.js';
import type { ReleaseRecord } from '../../src/protocol/types.js';
import { back, fleetOf, forward, identity, openFleet, violations, workspace, type Fleet } from './hosts.js';

/** A command that dies here: nothing that it would do after, it does. */
function crashAt(fleet: Fleet, dies: (host: string, script: string) => boolean): void {
  let dead = false;
  fleet.before = (host, script) => {
    dead ||= dies(host, script);
    if (dead) throw new Error('killed');
  };
}

async function settled(fleet: Fleet): Promise<readonly (ReleaseRecord | undefined)[]> {
  const { hosts } = openFleet(fleet);
  expect(await Promise.all(hosts.map((host) => host.store.readOpen()))).toEqual(hosts.map(() => undefined));
  await underLock(workspace(), openFleet(fleet, true).hosts, identity, 0, () => Promise.resolve('free'));
  expect(fleet.names.filter((name) => existsSync(join(fleet.at(name), 'state/shop/prod/decision')))).toEqual([]);
  expect(await violations(fleet)).toBe('');
  return Promise.all(hosts.map(async (host) => (await host.store.history())[0]));
}

const statesOf = (fleet: Fleet): Promise<readonly string[]> => Promise.all(fleet.names.map((name) => fleet.state(name)));

describe('CLI_PHASE_EXECUTION_COMMON: one operation on several hosts', () => {
  it('commits on all of them, and each closes with what it knows of every other', async () => {
    const fleet = await fleetOf(['a', 'b', 'c']);
    expect(await forward(fleet)).toMatchObject({ outcome: 'completed', decision: 'commit' });
    for (const state of await statesOf(fleet)) expect(state).toMatch(/^web-op-rel-2-\d \S+ running always .*file: web-rel-2-1\ntable: web-rel-2-1$/s);
    const records = await settled(fleet);
    for (const record of records) expect(record).toMatchObject({ outcome: 'completed', hosts: { a: { identity: 'id-a' }, b: { identity: 'id-b' }, c: { identity: 'id-c' } } });
    expect(new Set(records.map((record) => JSON.stringify(record))).size).toBe(1);
  }, 180_000);

  it('is taken back wherever it came to, when a gate fails on the second', async () => {
    const fleet = await fleetOf(['a', 'b', 'c']);
    const prior = await statesOf(fleet);
    fleet.ill.add('b');
    expect(await forward(fleet)).toMatchObject({ outcome: 'returned', decision: 'abort', error: { code: expect.stringMatching(/^SC34/) } });
    expect(await statesOf(fleet)).toEqual(prior);
    for (const record of await settled(fleet)) expect(record?.outcome).toBe('returned');
    const journals = await Promise.all(openFleet(fleet).hosts.map(async (host) => (await host.store.readJournal()).filter((r) => r.type === 'intent').map((r) => r.step?.split('/')[0])));
    expect(journals.map((hosts) => [...new Set(hosts)])).toEqual([['a'], ['b'], []]);
  }, 180_000);

  it('holds by the decision when whoever made it dies before the others have a copy', async () => {
    const fleet = await fleetOf(['a', 'b']);
    crashAt(fleet, (host, script) => host === 'b' && script.includes('decision.$$'));
    await expect(forward(fleet)).rejects.toThrow('killed');
    expect(await readFile(join(fleet.at('a'), 'state/shop/prod/decision'), 'utf8')).toBe('op-rel-2 commit\n');
    expect(await fleet.state('a')).toContain('web-op-rel-1');
    fleet.before = () => undefined;
    await expect(back(fleet)).rejects.toMatchObject({ code: 'SC3220' });
    expect(await forward(fleet)).toMatchObject({ outcome: 'completed' });
    await settled(fleet);
  }, 180_000);

  it('is closed everywhere as it was closed anywhere', async () => {
    const fleet = await fleetOf(['a', 'b', 'c']);
    crashAt(fleet, (host, script) => host === 'a' && script.includes("printf 'moved\\n'") && script.includes('release.json'));
    await expect(forward(fleet)).rejects.toThrow('killed');
    expect(fleet.names.map((name) => existsSync(join(fleet.at(name), 'state/shop/prod/open.json')))).toEqual([true, false, false]);
    fleet.before = () => undefined;
    expect(await forward(fleet)).toMatchObject({ outcome: 'completed' });
    const [a, b] = await settled(fleet);
    expect(a?.finishedAt).toBe(b?.finishedAt);
  }, 180_000);

  it('returns where it can, and owes the host that cannot be reached', async () => {
    const fleet = await fleetOf(['a', 'b', 'c']);
    const prior = await statesOf(fleet);
    crashAt(fleet, (host, script) => host === 'c' && script.includes('+stop/'));
    await expect(forward(fleet)).rejects.toThrow('killed');
    fleet.before = () => undefined;
    fleet.cut.add('b');
    await expect(back(fleet)).rejects.toMatchObject({ code: 'SC3223', kind: 'mixed', message: expect.stringContaining('rel-2 is taken back, but not on b: the operation stays open for it.') });
    expect([await fleet.state('a'), await fleet.state('c')]).toEqual([prior[0], prior[2]]);
    expect(await Promise.all(openFleet(fleet).hosts.map((host) => host.store.readLock()))).toEqual([undefined, undefined]);
    await expect(forward(fleet)).rejects.toMatchObject({ code: 'SC3223' });

    fleet.cut.clear();
    expect(await back(fleet)).toMatchObject({ outcome: 'returned' });
    expect(await statesOf(fleet)).toEqual(prior);
    await settled(fleet);
  }, 180_000);

  it('stands still where the decision may have been made and cannot be asked for', async () => {
    const fleet = await fleetOf(['a', 'b']);
    crashAt(fleet, (host, script) => host === 'b' && script.includes('decision.$$'));
    await expect(forward(fleet)).rejects.toThrow('killed');
    fleet.before = () => undefined;
    fleet.cut.add('a');
    const before = await fleet.state('b');
    await expect(back(fleet)).rejects.toMatchObject({ code: 'SC3224', kind: 'mixed' });
    await expect(forward(fleet)).rejects.toMatchObject({ code: 'SC3224', kind: 'mixed' });
    expect(await fleet.state('b')).toBe(before);
  }, 180_000);

  it('is locked on all of them or on none', async () => {
    const fleet = await fleetOf(['a', 'b', 'c']);
    await back(fleet);
    const { hosts } = openFleet(fleet, true);
    const work = (names: readonly string[], run: () => Promise<string>): Promise<string> => underLock(workspace(), hosts.filter((host) => names.includes(host.name)), identity, 0, run);
    const inside = await work(['c'], async () => {
      await expect(work(['c', 'b', 'a'], () => Promise.resolve('both'))).rejects.toMatchObject({ code: 'SC3000', kind: 'locked' });
      return JSON.stringify(await Promise.all(hosts.map(async (host) => (await host.store.readLock()) !== undefined)));
    });
    expect(inside).toBe('[false,false,true]');
    expect(await work(['c', 'b', 'a'], async () => new Set(await Promise.all(hosts.map(async (host) => (await host.store.readLock())?.session))).size.toString())).toBe('1');
    expect(new Set(await Promise.all(hosts.map((host) => host.store.readKey()))).size).toBe(1);
  }, 180_000);
});
