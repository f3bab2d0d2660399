import type { Settings } from '../config/types.js';
import type { Desired } from '../compose/model.js';
import type { SealedPlan } from '../plan/types.js';
import type { ProxyProvider } from '../plugin-api/proxy.js';
import { indexProviders, type ProviderIndex } from '../providers/index-providers.js';
import { loadProvider } from '../providers/load.js';
import { placeOn } from '../routes/place.js';
import { providerContext } from '../providers/context.js';
import type { ProxyInUse } from '../steps/types.js';
import { releaseFile } from './history.js';
import type { OpenHost } from './host.js';
import type { Operation } from './open-operation.js';
import type { Workspace } from './types.js';

/** The proxy provider of an environment, loaded. */
export interface LoadedProxy {
  readonly provider: ProxyProvider;
  /** `package@version` */
  readonly package: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly listen: { readonly http: number; readonly https: number };
}

/** The proxy that `stagecraft.yml` names; undefined where nothing is routed. */
export async function loadProxy(index: ProviderIndex, settings: Settings): Promise<LoadedProxy | undefined> {
  return settings.proxy && load(index, settings.proxy);
}

/** The proxy of a sealed model; where it routes nothing, that of the release that serves, whose routes have to go. */
export async function sealedProxy(ws: Workspace, desired: Desired, serving: Desired | undefined): Promise<LoadedProxy | undefined> {
  const proxy = desired.proxy ?? serving?.proxy;
  return proxy && load(indexProviders(ws.plugins), proxy);
}

/** The proxy of each host of an operation; undefined where it has nothing to do with routes. */
export type ProxyOf = (host: string) => ProxyInUse | undefined;

/** The proxies of an operation whose plan is sealed. */
export async function proxiesOf({ ws, hosts, open }: Operation, plan: SealedPlan): Promise<ProxyOf> {
  // A release without routes takes those of the one before away, by the proxy that serves them.
  const prior = open.prior === undefined ? undefined : await releaseFile(hosts, open.prior, 'model.json');
  const proxy = await sealedProxy(ws, plan.desired, prior === undefined ? undefined : (JSON.parse(prior) as Desired));
  const found = new Map(await Promise.all(hosts.map(async (host) => [host.name, await proxyInUse(ws, host, plan, proxy)] as const)));
  return (host) => found.get(host);
}

/** The proxy that leads requests to the release that serves; undefined where that routes nothing, or nothing was deployed. */
export async function servingProxy(ws: Workspace, host: OpenHost, of: Pick<SealedPlan, 'project' | 'environment'>): Promise<ProxyInUse | undefined> {
  const serving = await host.store.serving();
  const model = serving && (await host.store.readReleaseFile(serving.id, 'model.json'));
  return model === undefined ? undefined : proxyInUse(ws, host, of, await sealedProxy(ws, JSON.parse(model) as Desired, undefined));
}

/** The proxy as the config describes it, at its place on the host; undefined where nothing is routed. */
export async function configuredProxy(ws: Workspace, host: OpenHost, { index, settings }: { readonly index: ProviderIndex; readonly settings: Settings }): Promise<ProxyInUse | undefined> {
  return proxyInUse(ws, host, settings, await loadProxy(index, settings));
}

/** The proxy as steps use it: with its place on the host. */
export async function proxyInUse(ws: Workspace, host: OpenHost, plan: Pick<SealedPlan, 'project' | 'environment'>, proxy: LoadedProxy | undefined): Promise<ProxyInUse | undefined> {
  if (!proxy) return undefined;
  const context = providerContext({ project: plan.project, environment: plan.environment, config: proxy.config, folder: ws.folder, io: ws.io, exec: ws.exec, files: ws.files, hosts: { [host.name]: host }, clock: ws.clock, signal: ws.signal });
  return { id: proxy.provider.id, provider: proxy.provider, config: proxy.config, place: await placeOn(host, proxy), context };
}

/** `package@version` of everything that has a say in a plan, sorted. */
export function providersOf(desired: Desired, index: ProviderIndex, proxy: LoadedProxy | undefined): readonly string[] {
  const backends = desired.services.flatMap((service) => (service.build ? [index.registry('backend').get(service.build.provider)] : []));
  return [...new Set([...backends.map((entry) => `${entry.package}@${entry.version}`), ...(proxy ? [proxy.package] : [])])].sort();
}

async function load(index: ProviderIndex, chosen: { readonly provider: string; readonly config: Readonly<Record<string, unknown>>; readonly listen: { readonly http: number; readonly https: number } }): Promise<LoadedProxy> {
  const { entry, provider } = await loadProvider(index, 'proxy', chosen.provider);
  return { provider, package: `${entry.package}@${entry.version}`, config: chosen.config, listen: chosen.listen };
}
