import { createHash } from 'node:crypto';
import { serviceDigest } from '../compose/digest.js';
import type { Desired } from '../compose/model.js';
import { servicesOf } from '../compose/render.js';
import { treeDigest } from '../compose/mounts.js';
import { isStagecraftError } from '../errors/index.js';
import { quote } from '../hosts/quote.js';
import type { HostObservation } from '../observe/types.js';
import type { ReleaseRecord } from '../protocol/types.js';
import { isAcknowledged } from '../routes/cutover.js';
import type { OpenHost } from './host.js';
import { proxyInUse, sealedProxy } from './proxy.js';
import type { Drift, Workspace } from './types.js';

/** What differs from the serving release, whoever changed it: containers and what they run, and what the release keeps on the host. Sorted by kind. */
export async function driftOf(ws: Workspace, host: OpenHost, release: ReleaseRecord, desired: Desired, found: HostObservation): Promise<readonly Drift[]> {
  const own = { ...desired, services: servicesOf(desired, host.name) };
  const [images, config, files, proxy] = await Promise.all([imageDrift(host, own), configDrift(host, release), fileDrift(host, own), proxyDrift(ws, host, desired, found)]);
  return [...containerDrift(own, found), ...images, ...config, ...files, ...proxy];
}

export function containerDrift(desired: Desired, found: Pick<HostObservation, 'containers'>): readonly Drift[] {
  const drift: Drift[] = [];
  const tell = (service: string, text: string): void => void drift.push({ kind: 'containers', service, text });
  for (const service of desired.services) {
    if (service.kind === 'external' || service.kind === 'job') continue;
    const running = found.containers.filter((c) => c.service === service.name && c.status === 'running');
    if (running.length !== service.replicas) tell(service.name, `${running.length} of ${service.replicas} containers run`);
    const digest = serviceDigest(service);
    // One that was adopted with its data bears no digest: what it was made from nobody knows.
    const ours = running.filter((c) => service.kind !== 'data' || c.labels['stagecraft.release'] !== undefined);
    const other = ours.filter((c) => (digest !== undefined && c.labels['stagecraft.digest'] !== digest) || (service.image.id !== undefined && c.image !== service.image.id));
    if (other.length > 0) tell(service.name, `${other.map((c) => c.name).join(', ')} ${other.length === 1 ? 'is' : 'are'} not what the release says`);
  }
  const known = new Set(desired.services.map((service) => service.name));
  for (const c of found.containers) if (c.service !== undefined && !known.has(c.service) && c.status === 'running') tell(c.service, `${c.name} runs, but the release has no such service`);
  return drift;
}

/** An image that is gone is missed only when a container has to be made anew. */
async function imageDrift(host: OpenHost, desired: Desired): Promise<readonly Drift[]> {
  const ids = [...new Set(desired.services.flatMap((service) => (service.kind !== 'external' && service.image.id !== undefined ? [service.image.id] : [])))];
  const there = new Map(await Promise.all(ids.map(async (id) => [id, (await host.containers.image(id)) !== undefined] as const)));
  return desired.services.flatMap((service): Drift[] => (there.get(service.image.id ?? '') === false ? [{ kind: 'images', service: service.name, text: `its image ${service.image.reference} is gone from the host` }] : []));
}

async function configDrift(host: OpenHost, release: ReleaseRecord): Promise<readonly Drift[]> {
  const sealed = release.rendered[host.name];
  if (sealed === undefined) return [];
  const text = await host.store.readReleaseFile(release.id, 'docker-compose.yml');
  if (text !== undefined && createHash('sha256').update(text).digest('hex') === sealed) return [];
  return [{ kind: 'config', service: '', text: `the Compose file of ${release.id} on the host ${text === undefined ? 'is gone' : 'was changed by hand'}` }];
}

/** Mounted files as they lie on the host, against the digests that name them. */
async function fileDrift(host: OpenHost, desired: Desired): Promise<readonly Drift[]> {
  const mounted = desired.services.flatMap((service) => service.files.map((file) => ({ ...file, service: service.name })));
  if (mounted.length === 0) return [];
  const key = await host.store.readKey();
  // Their names come on standard input: there may be thousands.
  const { stdout } = await host.shell.run(`cd ${quote(host.scope.folder)} && xargs -0 -r sha256sum -z -- 2>/dev/null || :`, { stdin: mounted.map((file) => `${file.path}\0`).join(''), timeoutMs: 60_000 });
  const seen = new Map(stdout.split('\0').flatMap((line) => (line.length > 66 ? [[line.slice(66), line.slice(0, 64)] as const] : [])));
  const trees = new Map<string, (typeof mounted)[number][]>();
  for (const file of mounted) {
    const root = `${file.service}\0${file.path.split('/').slice(0, 3).join('/')}`;
    trees.set(root, [...(trees.get(root) ?? []), file]);
  }
  return [...trees].flatMap(([root, files]): Drift[] => {
    const [service = '', folder = ''] = root.split('\0');
    const [first] = files;
    if (first === undefined || (first.secret && key === undefined)) return [];
    const gone = files.filter((file) => !seen.has(file.path));
    if (gone.length > 0) return [{ kind: 'files', service, text: `${gone.map((file) => file.source).join(', ')} ${gone.length === 1 ? 'is' : 'are'} gone from the host` }];
    const listing = files.map((file) => ({ path: file.path === folder ? '' : file.path.slice(folder.length + 1), mode: file.mode, content: seen.get(file.path) ?? '' }));
    return treeDigest(listing, first.secret ? key : undefined) === first.digest ? [] : [{ kind: 'files', service, text: `${first.source}${files.length > 1 ? ' and what is beside it' : ''} was changed on the host` }];
  });
}

async function proxyDrift(ws: Workspace, host: OpenHost, desired: Desired, found: HostObservation): Promise<readonly Drift[]> {
  if (desired.routes.length === 0) return [];
  const tell = (text: string): readonly Drift[] => [{ kind: 'proxy', service: '', text }];
  if (!found.proxy?.running) return tell('the proxy does not run');
  // While an operation is open routes are on their way.
  if (found.open) return [];
  const { table } = found;
  const services = [...new Set(desired.routes.map((route) => route.service))].sort();
  const missing = services.filter((service) => !table?.targets.some((target) => target.service === service && target.state === 'in') && desired.services.some((one) => one.name === service && one.replicas > 0));
  if (missing.length > 0 || !table) return tell(`the proxy has no target for ${missing.join(', ')}`);
  try {
    const proxy = await proxyInUse(ws, host, desired, await sealedProxy(ws, desired, undefined));
    if (!proxy || (await isAcknowledged({ ...proxy, host: host.name }, table, services))) return [];
  } catch (error) {
    if (!isStagecraftError(error)) throw error;
    return tell(`the proxy cannot be asked: ${error.message}`);
  }
  return tell(`the proxy does not route to what the release says for ${services.join(', ')}`);
}
