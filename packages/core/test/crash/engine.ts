import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Containers, ContainerState } from '../../src/ports/containers.js';

/** The engine of a folder, as the port sees it: the same files that the stub of `docker` changes. */
export function containersAt(world: string): Containers {
  const all = async (): Promise<ContainerState[]> => Promise.all((await readdir(join(world, 'engine/c'))).sort().map((id) => readContainer(world, id)));
  const gone = (): undefined => undefined;
  return {
    list: async (labels) => (await all()).filter((c) => Object.entries(labels).every(([name, value]) => (value === true ? name in c.labels : c.labels[name] === value))),
    inspect: (id) => readContainer(world, id).catch(gone),
    networks: () => Promise.resolve([]),
    image: () => Promise.resolve(undefined),
    images: () => Promise.resolve([]),
    volumes: () => Promise.resolve([]),
    info: () => Promise.resolve({ version: '26.1.5', apiVersion: '1.45', architecture: 'amd64', os: 'linux', name: 'crash', id: 'crash' }),
    logs: async function* () {
      yield* [];
    },
  };
}

export async function writeContainer(world: string, c: ContainerState): Promise<void> {
  const folder = join(world, 'engine/c', c.id);
  await mkdir(join(folder, 'net'), { recursive: true });
  const labels = { ...c.labels, 'com.docker.compose.project': c.project ?? '', 'com.docker.compose.service': c.service ?? '' };
  const files = { name: c.name, status: c.status, policy: c.restartPolicy, service: c.service ?? '', number: String(c.number ?? 1), exit: '0' };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), `${text}\n`);
  await writeFile(join(folder, 'labels'), Object.entries(labels).map(([name, value]) => `${name}=${value}\n`).join(''));
  for (const [name, { aliases }] of Object.entries(c.networks)) await writeFile(join(folder, 'net', name), aliases.map((alias) => `${alias}\n`).join(''));
}

/** The power fails and comes back: what has a restart policy is up again, and nothing else. */
export async function reboot(world: string): Promise<void> {
  for (const id of await readdir(join(world, 'engine/c'))) {
    const { status, restartPolicy } = await readContainer(world, id);
    if (status === 'created') continue;
    const back = restartPolicy === 'always' || (restartPolicy === 'unless-stopped' && status === 'running');
    await writeFile(join(world, 'engine/c', id, 'status'), back && !id.startsWith('job') ? 'running\n' : 'exited\n');
  }
}

async function readContainer(world: string, id: string): Promise<ContainerState> {
  const folder = join(world, 'engine/c', id);
  const read = async (name: string): Promise<string> => (await readFile(join(folder, name), 'utf8')).trim();
  const lines = async (name: string): Promise<string[]> => (await read(name)).split('\n').filter((line) => line !== '');
  const labels = Object.fromEntries((await lines('labels')).map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
  const networks = Object.fromEntries(await Promise.all((await readdir(join(folder, 'net'))).map(async (name) => [name, { address: '', aliases: await lines(`net/${name}`) }] as const)));
  const status = (await read('status')) as ContainerState['status'];
  return {
    id, name: await read('name'), project: 'shop-prod', service: await read('service'), number: Number(await read('number')), image: '', imageName: '', labels, status,
    ...(status === 'running' ? { health: 'healthy' } : {}), exitCode: Number(await read('exit')), restartCount: 0, restartPolicy: await read('policy'), startedAt: '2026-01-01T00:00:00Z', createdAt: '2026-01-01T00:00:00Z',
    pid: 0, networks, ports: [], mounts: [],
  };
}
