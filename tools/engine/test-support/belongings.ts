import { api, list } from '../src/api.js';

export type Kind = 'container' | 'network' | 'volume' | 'image';

/** Something on the engine. */
export interface Belonging {
  kind: Kind;
  id: string;
  name: string;
}

interface Seen extends Belonging {
  labels: Record<string, string>;
  /** Folders of this machine that it is given. */
  folders: string[];
}

const sharedLabels = ['stagecraft.dir', 'com.docker.compose.project'];

/**
 * What on the engine bears one of these marks in its name or in a label, or is given something of `folder`; and what
 * belongs to the same Compose project or Stagecraft folder as that. In the order in which it can be removed.
 */
export async function belongings(socket: string, marks: readonly string[], folder?: string): Promise<Belonging[]> {
  const all = await everything(socket);
  // Marks are unique words that may stand anywhere; what labels of ours say is compared whole, for it may be any word.
  const words = new Set<string>();
  const isOurs = (one: Seen): boolean =>
    [one.name, ...Object.values(one.labels)].some((text) => marks.some((mark) => text.includes(mark))) || words.has(one.name) || sharedLabels.some((label) => words.has(one.labels[label] ?? ''));
  for (const one of all) {
    if (!one.folders.some((path) => folder !== undefined && `${path}/`.startsWith(`${folder}/`))) continue;
    words.add(one.name);
    // Shared things bear no name of a test's project, but the folder's hash, or the name of a project that is scoped by it.
    for (const label of sharedLabels) if (one.labels[label]) words.add(one.labels[label]);
  }
  return all.filter(isOurs).map(({ kind, id, name }) => ({ kind, id, name }));
}

export async function remove(socket: string, one: Belonging): Promise<void> {
  const id = encodeURIComponent(one.id);
  const paths: Record<Kind, string> = { container: `/containers/${id}?force=1&v=1`, network: `/networks/${id}`, volume: `/volumes/${id}?force=1`, image: `/images/${id}?force=1` };
  const answer = await api(socket, 'DELETE', paths[one.kind], { timeout: 60_000 });
  if (answer.status >= 300 && answer.status !== 404) throw new Error(`${one.kind} ${one.name} cannot be removed: ${answer.body}`);
}

interface ApiContainer {
  Id: string;
  Names: string[];
  Labels: Record<string, string> | null;
  Mounts: { Type: string; Source?: string }[];
}
interface ApiNetwork {
  Id: string;
  Name: string;
  Labels: Record<string, string> | null;
}
interface ApiVolumes {
  Volumes: { Name: string; Labels: Record<string, string> | null }[] | null;
}
interface ApiImage {
  Id: string;
  RepoTags: string[] | null;
}

async function everything(socket: string): Promise<Seen[]> {
  const containers = await list<ApiContainer[]>(socket, '/containers/json?all=1');
  const networks = await list<ApiNetwork[]>(socket, '/networks');
  const volumes = (await list<ApiVolumes>(socket, '/volumes')).Volumes ?? [];
  const images = await list<ApiImage[]>(socket, '/images/json');
  return [
    ...containers.map((one): Seen => ({ kind: 'container', id: one.Id, name: (one.Names[0] ?? one.Id).replace(/^\//, ''), labels: one.Labels ?? {}, folders: one.Mounts.flatMap((mount) => (mount.Type === 'bind' ? (mount.Source ?? []) : [])) })),
    ...networks.map((one): Seen => ({ kind: 'network', id: one.Id, name: one.Name, labels: one.Labels ?? {}, folders: [] })),
    ...volumes.map((one): Seen => ({ kind: 'volume', id: one.Name, name: one.Name, labels: one.Labels ?? {}, folders: [] })),
    // By name only: the layers of an image keep the labels of what it was made of.
    ...images.flatMap((image) => (image.RepoTags ?? []).map((tag): Seen => ({ kind: 'image', id: tag, name: tag, labels: {}, folders: [] }))),
  ];
}
