import { describe, expect, it } from '@jest/globals';
import type { Desired } from '../../src/compose/model.js';
import { fail } from '../../src/errors/index.js';
import type { Hosts, OpenHost } from '../../src/actions/host.js';
import { oneOffHost } from '../../src/actions/one-off-host.js';
import { taskHosts } from '../../src/actions/task-hosts.js';
import type { Workspace } from '../../src/actions/types.js';
import { service } from '../plan/world.js';

const desired = { hosts: [{ name: 'db-1', roles: ['app', 'data'] }, { name: 'web-1', roles: ['app', 'web'] }, { name: 'web-2', roles: ['app', 'web'] }], services: [{ ...service('web'), role: 'web' }, { ...service('db'), role: 'data' }] } as unknown as Desired;
const silent = fail({ code: 'SC3700', kind: 'external', message: 'it does not answer', next: ['ssh it'] });
const within = (...names: readonly string[]): OpenHost[] => names.map((name) => ({ name }) as OpenHost);
const gone = (...names: readonly string[]): Hosts['away'] => names.map((name) => ({ name, error: silent }));
// A project without files: what no release holds has the role of everything.
const ws = { folder: '/nowhere', config: 'stagecraft.yml', files: { read: () => Promise.resolve(undefined) }, processEnv: {}, plugins: [] } as unknown as Workspace;
const on = async (hosts: Hosts, options: Parameters<typeof oneOffHost>[3]): Promise<readonly [string, readonly string[]]> => {
  const { host, notes } = await oneOffHost(ws, hosts, desired, options);
  return [host.name, notes];
};

describe('CLI_RUN: which host', () => {
  const all = { hosts: within('db-1', 'web-1', 'web-2'), away: [] };

  it('is the first that has the service, and that is said where there are several', async () => {
    expect(await on(all, { service: 'web' })).toEqual(['web-1', ['web is on web-1, web-2; this runs on web-1 (another: --host NAME)']]);
    expect(await on(all, { service: 'db' })).toEqual(['db-1', []]);
    expect((await on(all, { service: 'tool' }))[0]).toBe('db-1');
  });

  it('is the one that is named, where that has it', async () => {
    expect(await on({ hosts: within('web-2'), away: [] }, { service: 'web', host: 'web-2' })).toEqual(['web-2', []]);
    await expect(on({ hosts: within('db-1'), away: [] }, { service: 'web', host: 'db-1' })).rejects.toMatchObject({ kind: 'user', code: 'SC5161', next: ['Hosts that have it: web-1, web-2', 'stagecraft run web -- COMMAND'] });
  });

  it('is none that does not answer, and who that is is said', async () => {
    expect(await on({ hosts: within('db-1', 'web-2'), away: gone('web-1') }, { service: 'web' })).toEqual(['web-2', ['web-1 is left out: it does not answer']]);
    expect(await on({ hosts: within('web-1', 'web-2'), away: gone('db-1') }, { service: 'web' })).toEqual(['web-1', [expect.stringContaining('this runs on web-1')]]);
    await expect(on({ hosts: within('web-1', 'web-2'), away: gone('db-1') }, { service: 'db' })).rejects.toMatchObject({ kind: 'external', code: 'SC5006', next: ['ssh it'] });
  });

  it('is this machine where there are no others', async () => {
    const { host } = await oneOffHost(ws, { hosts: within('local'), away: [] }, { ...desired, hosts: [] }, { service: 'web' });
    expect(host.name).toBe('local');
  });
});

describe('CLI_EXEC, CLI_RUN: hosts by name', () => {
  const identity = { project: 'shop', environment: 'prod', composeProject: 'shop-prod', driver: 'ssh', hosts: [{ name: 'web-1' }, { name: 'web-2' }] } as unknown as Parameters<typeof taskHosts>[1];
  const store = { readMembers: () => Promise.resolve(undefined) };
  const there = (...names: readonly string[]): OpenHost[] => within(...names).map((host) => ({ ...host, store }) as unknown as OpenHost);
  const world = { openHosts: ({ hosts }: typeof identity): Promise<Hosts> => Promise.resolve({ hosts: there(...hosts.map(({ name }) => name).filter((name) => name !== 'web-2')), away: gone(...hosts.map(({ name }) => name).filter((name) => name === 'web-2')) }) };
  const asked = (named: string | undefined, of = identity): Promise<Hosts> => taskHosts({ world } as unknown as Workspace, of, named);

  it('only the named one is connected to', async () => {
    expect(await asked('web-1')).toEqual({ hosts: [{ name: 'web-1', store }], away: [] });
    await expect(asked('web-2')).rejects.toMatchObject({ code: 'SC5006', message: 'it does not answer' });
    expect((await asked(undefined)).away.map(({ name }) => name)).toEqual(['web-2']);
  });

  it('an unknown name is told with those that there are', async () => {
    await expect(asked('web1')).rejects.toMatchObject({ kind: 'user', code: 'SC5160', message: 'prod has no host web1; is it web-1?', next: ['Hosts: web-1, web-2'] });
    await expect(asked('other', { ...identity, driver: 'local', hosts: [] })).rejects.toMatchObject({ code: 'SC5160', next: ['Hosts: local'] });
  });
});
