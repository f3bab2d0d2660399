import { createHash } from 'node:crypto';
import type { ProxySettings } from '../config/types.js';
import type { Scope } from '../hosts/scope.js';
import type { HostFiles } from '../plugin-api/host.js';
import type { ProxyPlace } from '../plugin-api/proxy.js';
import type { Containers } from '../ports/containers.js';
import type { Shell } from '../ports/shell.js';

/** What the host keeps of its proxy, in `<root>/proxy/place.json`: the provider and the ports that it was made with. */
export interface ProxyRecord {
  readonly format: 1;
  readonly provider: string;
  readonly listen: { readonly http: number; readonly https: number };
  readonly apiPort: number;
}

/** Stands for the gateway of the proxy's network until the network is there: the script that makes it fills it in. */
export const gatewayPlaceholder = '@STAGECRAFT_GATEWAY@';

/**
 * Where a host's proxy is. The ports that it was made with count; settings, until it is made. `gateway` is that of the scope's proxy network,
 * or `gatewayPlaceholder`. Pure.
 */
export function placeOf(scope: Scope, settings: Pick<ProxySettings, 'listen'>, gateway: string, recorded?: ProxyRecord): ProxyPlace {
  return { listen: recorded?.listen ?? settings.listen, apiPort: recorded?.apiPort ?? apiPortOf(scope), gateway, container: scope.proxyContainer };
}

/** The same, with what the host says: the record where the proxy is there, else a port for its API that nobody listens on. */
export async function placeOn(host: { readonly scope: Scope; readonly containers: Containers; readonly files: HostFiles; readonly shell: Shell }, settings: Pick<ProxySettings, 'listen'>): Promise<ProxyPlace> {
  const { scope } = host;
  const [recorded, proxies, networks] = await Promise.all([
    readProxyRecord(host.files, scope),
    host.containers.list({ 'com.docker.compose.project': scope.proxyProject }),
    host.containers.networks({ 'stagecraft.dir': scope.dir }),
  ]);
  const gateway = networks.find((network) => network.name === scope.proxyNetwork)?.gateway ?? gatewayPlaceholder;
  if (recorded && proxies.length > 0) return placeOf(scope, settings, gateway, recorded);
  const place = placeOf(scope, settings, gateway);
  return { ...place, apiPort: await freePortOn(host.shell, recorded?.apiPort ?? place.apiPort, Object.values(settings.listen)) };
}

/** The record of the host's proxy; undefined where none was made yet. */
export async function readProxyRecord(files: HostFiles, scope: Scope): Promise<ProxyRecord | undefined> {
  const text = await files.read(`${scope.root}/proxy/place.json`);
  return text === undefined ? undefined : (JSON.parse(text) as ProxyRecord);
}

function apiPortOf(scope: Scope): number {
  if (scope.proxyProject === 'stagecraft-proxy') return 8082;
  // Below the range that the kernel gives to outgoing connections; the same for the same folder.
  return 20_000 + (createHash('sha256').update(scope.dir).digest().readUInt32BE(0) % 8_000);
}

/** The first port from `first` on where nobody listens. */
export async function freePortOn(shell: Shell, first: number, taken: readonly number[] = []): Promise<number> {
  const { stdout } = await shell.run('cat /proc/net/tcp /proc/net/tcp6 2>/dev/null || :');
  const listening = new Set(stdout.split('\n').flatMap((line) => /^\s*\d+: [0-9A-F]+:([0-9A-F]{4}) \S+ 0A /.exec(line)?.[1] ?? []).map((hex) => parseInt(hex, 16)));
  let port = first;
  while (listening.has(port) || taken.includes(port)) port += 1;
  return port;
}
