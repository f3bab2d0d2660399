import type { ProxyPlace, ProxyService } from '@stagecraft/core/plugin-api';
import type { Config } from './config.js';
import { edge, edgeFlag, leavingEdge } from './edge.js';
import { folder, pluginFiles, pluginFlag, pluginStart } from './maintenance.js';
import { scalar } from './yaml.js';

/** Traefik by flags alone: what it routes comes from the files of its folder. */
export function service(config: Config, place: ProxyPlace): ProxyService {
  return {
    image: config.image,
    command: [
      'sh',
      '-c',
      pluginStart,
      'traefik',
      `--entrypoints.web.address=:${place.listen.http}`,
      edgeFlag,
      `--entrypoints.stagecraft.address=:${place.apiPort}`,
      ...(config.trusted_ips.length > 0 ? [`--entrypoints.web.forwardedheaders.trustedips=${config.trusted_ips.join(',')}`] : []),
      `--providers.file.directory=${folder}`,
      '--providers.file.watch=true',
      // The default of 2 s is what an acknowledgement would take.
      '--providers.providersthrottleduration=100ms',
      `--serverstransport.forwardingtimeouts.idleconntimeout=${config.idle_timeout}`,
      '--api=true',
      '--api.dashboard=false',
      '--api.insecure=false',
      '--global.checknewversion=false',
      '--global.sendanonymoususage=false',
      `--log.level=${config.log_level}`,
      ...(config.access_log ? ['--accesslog=true'] : []),
      pluginFlag,
    ],
    ports: [`${place.listen.http}:${place.listen.http}`, `127.0.0.1:${place.apiPort}:${place.apiPort}`],
    folder,
    files: [...pluginFiles, edge, { path: 'stagecraft.yml', content: apiRouter(place) }],
    leaving: leavingEdge,
  };
}

/**
 * The API answers on an entry point of its own, and only what comes from the host: the port is published on loopback, and such a request has
 * the gateway of the proxy's own network as its source. A container on a joined network has another one and gets a 404.
 */
function apiRouter(place: ProxyPlace): string {
  return [
    "# Written by Stagecraft: who may ask the proxy's API.",
    'http:',
    '  routers:',
    '    stagecraft-api:',
    '      entryPoints: ["stagecraft"]',
    `      rule: ${scalar(`PathPrefix(\`/api\`) && ClientIP(\`${place.gateway}\`)`)}`,
    '      service: "api@internal"',
    '',
  ].join('\n');
}
