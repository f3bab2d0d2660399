import { describe, expect, it } from '@jest/globals';
import type { Desired } from '../../src/compose/model.js';
import { clashes, type ClashCheck, type Places } from '../../src/observe/clashes.js';
import type { HostObservation } from '../../src/observe/types.js';

const places: Places = {
  compose: (path) => ({ file: path.join('.'), line: 1, column: 1 }),
  port: () => ({ file: 'port', line: 1, column: 1 }),
  project: { file: 'project', line: 1, column: 1 },
};

async function found(desired: Partial<Desired>, there: { readonly container?: object; readonly owners?: Readonly<Record<string, string>>; readonly running?: Readonly<Record<string, string>> } = {}): Promise<readonly string[]> {
  const named = Object.entries(there.owners ?? {}).map(([name, owner]) => ({ name, id: name, labels: { 'com.docker.compose.project': owner } }));
  const containers = { inspect: () => Promise.resolve(there.container), list: () => Promise.resolve([]), networks: () => Promise.resolve(named), volumes: () => Promise.resolve(named) } as unknown as ClashCheck['host']['containers'];
  const wanted = { project: 'shop', environment: 'prod', composeProject: 'shop-prod', services: [], volumes: {}, networks: {}, ...desired } as unknown as Desired;
  const seen = { containers: there.running ? [{ labels: there.running }] : [] } as unknown as HostObservation;
  return (await clashes({ host: { name: 'local', containers }, desired: wanted, places }, seen)).map(({ code, location, message }) => `${location?.file ?? ''} ${code} ${message}`);
}

const api = (definition: object): Partial<Desired> => ({ services: [{ name: 'api', kind: 'service', definition, location: { file: 'x', line: 1, column: 1 } }] as unknown as Desired['services'] });

describe('CLI_DEPLOY: several environments on one engine', () => {
  it('may not have one Compose project', async () => {
    expect(await found({}, { running: { 'stagecraft.project': 'shop', 'stagecraft.env': 'staging' } })).toEqual(['project SC3520 The Compose project shop-prod on local is that of project shop, environment staging.']);
    expect(await found({}, { running: { 'stagecraft.project': 'shop', 'stagecraft.env': 'prod' } })).toEqual([]);
  });

  it('may not share a volume or network whose name they fix, unless it is external', async () => {
    const owners = { data: 'shop-staging', net: 'blog-prod', mine: 'shop-prod' };
    expect(await found({ volumes: { a: { name: 'data' }, b: { name: 'mine' }, c: {} }, networks: { n: { name: 'net' } } }, { owners })).toEqual([
      'volumes.a.name SC3521 The volume data on local belongs to the Compose project shop-staging.',
      'networks.n.name SC3521 The network net on local belongs to the Compose project blog-prod.',
    ]);
    expect(await found({ volumes: { a: { name: 'data', external: true } } }, { owners })).toEqual([]);
  });

  it('may not have a container of one name', async () => {
    const wanted = api({ container_name: 'api' });
    expect(await found(wanted, { container: { name: 'api', project: 'blog-prod', labels: { 'stagecraft.project': 'blog', 'stagecraft.env': 'prod' } } })).toEqual(['services.api.container_name SC3522 api has the container name api, which project blog, environment prod has on local already.']);
    expect(await found(wanted, { container: { name: 'api', labels: {} } })).toEqual(['services.api.container_name SC3522 api has the container name api, which a container outside of Compose has on local already.']);
    expect(await found(wanted, { container: { name: 'api', project: 'shop-prod', labels: {} } })).toEqual([]);
    expect(await found(wanted)).toEqual([]);
  });
});
