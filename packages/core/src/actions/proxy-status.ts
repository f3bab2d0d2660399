import { fail } from '../errors/index.js';
import type { ContainerState } from '../ports/containers.js';
import { readTables } from '../routes/check-routes.js';
import { proxyDigest, type ProxyProject } from '../routes/proxy-project.js';
import type { ProxyInUse } from '../steps/types.js';
import { allHosts, type OpenHost } from './host.js';
import { configuredProxy } from './proxy.js';
import { loadSettings, type Loaded } from './settings.js';
import type { ProxyStatus, Workspace } from './types.js';

/** The proxy of each host: what it is, whom it serves, and whether it is what this project's config describes. Reads only. */
export async function proxyStatus(ws: Workspace): Promise<readonly ProxyStatus[]> {
  const loaded = await loadSettings(ws);
  return Promise.all((await allHosts(ws, loaded.settings)).map(async (host) => statusOf(host, await neededProxy(ws, host, loaded))));
}

/** @throws StagecraftError SC4230 `user` where nothing is routed. */
export async function neededProxy(ws: Workspace, host: OpenHost, loaded: Loaded): Promise<ProxyInUse> {
  const proxy = await configuredProxy(ws, host, loaded);
  if (proxy) return proxy;
  throw fail({ code: 'SC4230', kind: 'user', message: `${loaded.settings.environment} has no routes, so no proxy is brought for it.`, next: ['Declare `routes` in stagecraft.yml (docs/proxies.md).'] });
}

/** @param proxy as the config of this project describes it, at its place on the host. */
export async function statusOf(host: OpenHost, proxy: ProxyInUse): Promise<ProxyStatus> {
  const [found, tables, image] = await Promise.all([proxyContainer(host), readTables(host.files, host.scope), host.containers.image(imageOf(proxy))]);
  const due = found ? dueOf(projectOf(host, proxy), found, image?.id) : [];
  return {
    host: host.name,
    provider: found?.labels['stagecraft.proxy'] ?? proxy.id,
    state: found?.status ?? 'absent',
    image: found?.imageName ?? imageOf(proxy),
    listen: proxy.place.listen,
    ...(found?.startedAt ? { startedAt: found.startedAt } : {}),
    restarts: found?.restartCount ?? 0,
    owners: tables.map(({ project, environment, routes, targets, maintenance }) => ({ project, environment, routes: routes.length, targets: targets.filter((target) => target.state === 'in').length, maintenance: maintenance !== undefined })),
    due,
  };
}

async function proxyContainer(host: OpenHost): Promise<ContainerState | undefined> {
  return (await host.containers.list({ 'com.docker.compose.project': host.scope.proxyProject })).at(0);
}

export function projectOf(host: OpenHost, proxy: ProxyInUse): ProxyProject {
  return { scope: host.scope, provider: proxy.provider, config: proxy.config, place: proxy.place };
}

export function imageOf({ provider, config, place }: ProxyInUse): string {
  return provider.service(config, place).image;
}

/** Why it is to be made anew, each a sentence. */
function dueOf(project: ProxyProject, found: ContainerState, image: string | undefined): readonly string[] {
  const { image: wanted } = project.provider.service(project.config, project.place);
  return [
    ...(found.imageName !== wanted ? [`it runs ${found.imageName}, and ${wanted} is configured`] : image !== undefined && image !== found.image ? [`${wanted} is another image now than the one it runs`] : []),
    ...(found.labels['stagecraft.digest'] !== proxyDigest(project) && found.imageName === wanted ? ['its settings, or what this version of Stagecraft makes of them, are others than it was made with'] : []),
  ];
}
