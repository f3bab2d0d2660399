import { describe, expect, it } from '@jest/globals';
import type { Desired } from '../../src/compose/model.js';
import { preflight, type Preflight } from '../../src/observe/preflight.js';
import type { HostObservation } from '../../src/observe/types.js';

const ids = { web: `sha256:${'a'.repeat(64)}`, db: `sha256:${'b'.repeat(64)}` };

/** Findings about images, where the observation saw `seen` and the engine has `there`. */
async function findings(seen: Readonly<Record<string, string>>, there: readonly string[], desired: readonly unknown[]): Promise<readonly string[]> {
  const scope = { root: '/state', folder: '/state/shop/prod', edge: 'shop-prod-edge', proxyNetwork: '00stagecraft', dir: '01234567' };
  const host = {
    name: 'local',
    scope,
    containers: { image: (id: string) => Promise.resolve(there.includes(id) ? { id } : undefined) },
    shell: { run: () => Promise.resolve({ exitCode: 0, stdout: '', stderr: '' }) },
    files: { read: () => Promise.resolve(undefined), list: () => Promise.resolve([]) },
  } as unknown as Preflight['host'];
  const observed = { name: 'local', reachable: true, engine: { version: '26.1.5', id: 'e' }, containers: [], volumes: [], images: seen } as unknown as HostObservation;
  const found = await preflight({
    host,
    desired: { project: 'shop', environment: 'prod', composeProject: 'shop-prod', hosts: [], routes: [], services: desired, volumes: {}, networks: {} } as unknown as Desired,
    observation: { basis: 'live', hosts: [observed], history: [] },
    proxy: undefined,
    facts: { compose: '2.26.1', findings: [] },
  });
  return found.filter(({ code }) => code === 'SC3515').map(({ message }) => message);
}

const web = { name: 'web', kind: 'service', definition: {}, build: { services: ['web'] }, image: { reference: 'shop-web:v2', id: ids.web } };
const db = { name: 'db', kind: 'data', definition: {}, image: { reference: 'postgres:15', id: ids.db } };

describe('images in preflight', () => {
  it('are there by their id, whatever their tags are', async () => {
    // Built for v1, unchanged, and not yet tagged v2; and a tag that was pulled anew.
    expect(await findings({}, [ids.web, ids.db], [web, db])).toEqual([]);
    expect(await findings({ 'postgres:15': `sha256:${'c'.repeat(64)}` }, [ids.db], [db])).toEqual([]);
    expect(await findings({ [ids.web]: ids.web }, [], [web])).toEqual([]);
  });

  it('are missed where only their tag is there', async () => {
    expect(await findings({ 'shop-web:v2': `sha256:${'c'.repeat(64)}` }, [], [web, db])).toEqual(['The image of web (shop-web:v2, sha256:aaaaaaaaaaaa) is not on local any more.', 'The image of db (postgres:15, sha256:bbbbbbbbbbbb) is not on local any more.']);
  });

  it('are not asked for where only the build will tell', async () => {
    expect(await findings({}, [], [{ ...web, image: { reference: 'shop-web:v2' } }])).toEqual([]);
  });
});
