import type { ProxyPlace } from '@stagecraft/core/plugin-api';
import type { Config } from './config.js';
import { mapFile } from './names.js';

/** What HAProxy needs whatever the projects route: limits, the engine's resolver, and the one public frontend. */
export function baseConfig(config: Config, place: ProxyPlace): string {
  return `# Written by Stagecraft. Changes are lost when the proxy is made again.
global
  log stdout format raw local0 ${config.access_log ? 'info' : 'notice'}
  # Without a number HAProxy makes tables for every file that it may open: in a container that can be a thousand million. Where fewer are
  # allowed, it takes fewer; a fixed maxconn would not start there. A connection takes two, to the client and to the container.
  fd-hard-limit ${config.max_connections * 2 + 200}
  hard-stop-after ${config.hard_stop_after}
  stats socket /tmp/stagecraft.sock mode 600 level admin expose-fd listeners

defaults
  mode http
  log global
${config.access_log ? '  option httplog\n' : ''}  option dontlognull
  # After a reload a client's idle connection ends with the next answer, and not before a request that is on its way.
  option idle-close-on-response
  option redispatch 1
  retries 3
  retry-on conn-failure empty-response
  timeout connect 3s
  timeout client ${config.timeout}
  timeout server ${config.timeout}
  timeout http-request 10s
  timeout http-keep-alive 10s
  timeout queue 10s
  timeout tunnel ${config.tunnel_timeout}

# The engine's own DNS. A name that is gone takes its server out; a DNS that is silent (the engine restarts) takes out nothing.
resolvers stagecraft
  nameserver engine 127.0.0.11:53
  resolve_retries 3
  timeout resolve 1s
  timeout retry 500ms
  hold valid 1s
  hold nx 2s
  hold obsolete 2s
  hold other 24h
  hold refused 24h
  hold timeout 24h

frontend stagecraft-web
  bind :${place.listen.http}
${forwarded(config)}  # A request that was perhaps worked on is sent again only where that is harmless.
  http-request disable-l7-retry unless METH_GET or { method OPTIONS }
  # With a slash at both ends a prefix matches whole segments; the longest one wins, and a route with a host goes before one for every host.
  http-request set-var(txn.host) req.hdr(host),field(1,:),lower
  http-request set-var-fmt(txn.key) "%[var(txn.host)]%[path]/"
  http-request set-var-fmt(txn.any) "*%[path]/"
  http-request set-var(txn.to) var(txn.key),map_beg(${mapFile})
  http-request set-var(txn.to) var(txn.any),map_beg(${mapFile}) unless { var(txn.to) -m found }
  use_backend %[var(txn.to)] if { var(txn.to) -m found }
  default_backend stagecraft-none

backend stagecraft-none
  http-request return status 404 content-type text/plain string "404: no route\\n"
`;
}

function forwarded(config: Config): string {
  const unless = config.trusted_ips.length > 0 ? ` unless { src ${config.trusted_ips.join(' ')} }` : '';
  const names = ['X-Forwarded-For', 'X-Forwarded-Host', 'X-Forwarded-Port', 'X-Forwarded-Proto', 'X-Real-Ip'];
  return [
    ...names.map((name) => `  http-request del-header ${name}${unless}`),
    '  option forwardfor',
    '  http-request set-header X-Forwarded-Proto http unless { req.hdr(X-Forwarded-Proto) -m found }',
    '  http-request set-header X-Forwarded-Host %[req.hdr(host)] unless { req.hdr(X-Forwarded-Host) -m found }',
    '',
  ].join('\n');
}
