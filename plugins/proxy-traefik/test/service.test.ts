import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import proxy from '../src/proxy.js';
import { config, place } from './tables.js';

describe('DEPLOY_ROLLOUT: how Traefik is run', () => {
  it('by flags, its API on loopback alone and for the host alone', () => {
    const { command, files, leaving: _leaving, ...rest } = proxy.service(config, place);
    expect(command.slice(0, 4)).toEqual(['sh', '-c', expect.stringMatching(/ && exec traefik "\$@"$/), 'traefik']);
    expect(command.slice(4)).toEqual([
      '--entrypoints.web.address=:80',
      '--entrypoints.web.http.middlewares=stagecraft-edge@file',
      '--entrypoints.stagecraft.address=:8082',
      '--providers.file.directory=/etc/stagecraft',
      '--providers.file.watch=true',
      '--providers.providersthrottleduration=100ms',
      '--serverstransport.forwardingtimeouts.idleconntimeout=1s',
      '--api=true',
      '--api.dashboard=false',
      '--api.insecure=false',
      '--global.checknewversion=false',
      '--global.sendanonymoususage=false',
      '--log.level=ERROR',
      '--experimental.localplugins.stagecraft-maintenance.modulename=stagecraft/maintenance',
    ]);
    expect(files.map(({ path }) => path)).toEqual(['plugin/maintenance.go', 'plugin/manifest', 'edge.yml', 'stagecraft.yml']);
    expect(files[3]?.content).toBe(`# Written by Stagecraft: who may ask the proxy's API.
http:
  routers:
    stagecraft-api:
      entryPoints: ["stagecraft"]
      rule: "PathPrefix(\`/api\`) && ClientIP(\`198.51.100.1\`)"
      service: "api@internal"
`);
    expect(rest).toEqual({ folder: '/etc/stagecraft', image: 'traefik:v3.7', ports: ['80:80', '127.0.0.1:8082:8082'] });
  });

  it('with one thing that every request passes: nothing, or before it is stopped, the end of the connection', () => {
    const { files, leaving } = proxy.service(config, place);
    const edge = files.find(({ path }) => path === leaving?.path);
    const does = (file = edge): unknown => (parse(file?.content ?? '') as { http: { middlewares: Record<string, unknown> } }).http.middlewares['stagecraft-edge'];
    expect(does()).toEqual({ headers: { customRequestHeaders: { 'X-Stagecraft-Edge': '' } } });
    expect(does(leaving)).toEqual({ headers: { customResponseHeaders: { Connection: 'close' } } });
  });

  it('believes forwarded headers of nobody, or of those that the config names', () => {
    expect(proxy.service(config, place).command.join(' ')).not.toContain('trustedips');
    expect(proxy.service({ ...config, trusted_ips: ['203.0.113.0/24', '2001:db8::1'] }, place).command).toContain('--entrypoints.web.forwardedheaders.trustedips=203.0.113.0/24,2001:db8::1');
  });
});
