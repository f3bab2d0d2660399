import { desire } from '../compose/desire.js';
import { glance } from '../compose/glance.js';
import { readCompose } from '../compose/read.js';
import { recorded } from '../observe/observe.js';
import { draft } from '../plan/draft.js';
import type { Plan } from '../plan/types.js';
import { readCache, readServing } from './cache.js';
import { draftOf } from './deploy-intake.js';
import { gather } from './gather.js';
import { allHosts, hostName } from './host.js';
import { loadProxy, providersOf } from './proxy.js';
import { environmentSecrets } from './secrets.js';
import { loadSettings } from './settings.js';
import type { PlanOptions, Workspace } from './types.js';

/** What `deploy` would do. Without `refresh`: no network, no engine, no git, no writes. */
export async function planAction(ws: Workspace, options: PlanOptions): Promise<Plan> {
  const loaded = await loadSettings(ws);
  const { settings, index } = loaded;
  const version = options.version ?? 'unknown';
  if (options.refresh) return draftOf(await gather(ws, await allHosts(ws, settings), loaded, { version, pull: options.pull }), { filter: options.filter, acceptEmptyVolume: [], replace: options.replace ?? [] });
  const secrets = await environmentSecrets(ws, loaded, false);
  const [model, proxy, serving, history] = await Promise.all([
    readCompose({ files: ws.files, exec: ws.exec, folder: ws.folder, settings: secrets.settings }),
    loadProxy(index, settings),
    readServing(ws),
    readCache(ws, settings.environment),
  ]);
  const { desired, findings } = await desire({ model, settings: secrets.settings, secrets: secrets.values, version, files: ws.files, ...(proxy ? { proxyPackage: proxy.package } : {}) });
  const hosts = settings.hosts.length > 0 ? settings.hosts.map((host) => host.name) : [hostName(settings)];
  return draft({
    kind: 'deploy',
    desired,
    observation: recorded(hosts, history, serving[settings.environment]),
    version,
    filter: options.filter,
    providers: providersOf(desired, index, proxy),
    replace: options.replace ?? [],
    acceptEmptyVolume: [],
    findings: [...settings.findings, ...secrets.findings, ...model.findings, ...findings, ...(proxy?.provider.check?.(glance(model)) ?? [])],
  });
}
