import { api, list } from '../api.js';

interface Container {
  Id: string;
}
interface Network {
  Id: string;
  Name: string;
}
interface Volumes {
  Volumes: { Name: string }[] | null;
}
interface Image {
  Id: string;
  RepoTags: string[] | null;
}

/** Removes every container, network and volume of the engine, and the images whose names are not in `keep`. */
export async function tidy(socket: string, keep: readonly string[]): Promise<void> {
  await api(socket, 'POST', '/swarm/leave?force=1', { timeout: 30_000 }); // refused where there is no swarm
  for (const one of await list<Container[]>(socket, '/containers/json?all=1')) await api(socket, 'DELETE', `/containers/${one.Id}?force=1&v=1`, { timeout: 60_000 });
  for (const one of await list<Network[]>(socket, '/networks')) if (!['bridge', 'host', 'none'].includes(one.Name)) await api(socket, 'DELETE', `/networks/${one.Id}`, { timeout: 30_000 });
  for (const one of (await list<Volumes>(socket, '/volumes')).Volumes ?? []) await api(socket, 'DELETE', `/volumes/${encodeURIComponent(one.Name)}?force=1`, { timeout: 30_000 });
  for (const one of await list<Image[]>(socket, '/images/json')) if (!one.RepoTags?.some((tag) => keep.includes(tag))) await api(socket, 'DELETE', `/images/${one.Id}?force=1`, { timeout: 60_000 });
}
