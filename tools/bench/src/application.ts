/** A server that says its version, takes as long as `?ms=` says, and on SIGTERM ends when the last open request is answered. */
const server = [
  "const http = require('node:http');",
  'let stopping = false;',
  'const server = http.createServer((request, response) => {',
  "  const ms = Number(new URL(request.url, 'http://x').searchParams.get('ms'));",
  "  const answer = () => { response.setHeader('x-version', process.env.VERSION); if (stopping) response.setHeader('connection', 'close'); response.end('ok'); };",
  '  if (ms > 0) setTimeout(answer, ms); else answer();',
  '});',
  'server.keepAliveTimeout = 120000;',
  'server.listen(3000);',
  "process.on('SIGTERM', () => { stopping = true; server.close(() => process.exit(0)); server.closeIdleConnections(); });",
].join(' ');

const health = 'healthcheck: { test: [CMD, wget, -qO-, "http://127.0.0.1:3000/"], interval: 2s, timeout: 2s, retries: 5, start_period: 30s, start_interval: 250ms }';

/** One routed service. `VERSION` of the environment is what changes; with a port it is published, as without a proxy. */
export function oneService({ port }: { readonly port?: number } = {}): string {
  return ['services:', ...web(port), ''].join('\n');
}

/** Five services, one of them routed: what a deploy looks at when nothing has changed. */
export function fiveServices(): string {
  const idle = (name: string): string[] => [`  ${name}:`, '    image: busybox:1.35', '    command: [sleep, "3600"]', '    init: true', '    stop_grace_period: 2s', '    healthcheck: { test: [CMD, "true"], interval: 2s, start_period: 10s, start_interval: 250ms }'];
  return [
    'services:',
    ...web(),
    ...idle('mailer'),
    ...idle('worker'),
    '    depends_on: { cache: { condition: service_healthy } }',
    '  cache:',
    '    image: redis:7',
    '    command: [redis-server, --save, "", --appendonly, "no"]',
    '    healthcheck: { test: [CMD, redis-cli, ping], interval: 2s, start_period: 10s, start_interval: 250ms }',
    '  db:',
    '    image: postgres:15',
    '    environment: { POSTGRES_HOST_AUTH_METHOD: trust }',
    '    volumes: ["db:/var/lib/postgresql/data"]',
    '    healthcheck: { test: [CMD, pg_isready, -h, 127.0.0.1, -U, postgres], interval: 2s, start_period: 30s, start_interval: 250ms }',
    'volumes: { db: {} }',
    '',
  ].join('\n');
}

export function config(project: string, { port, proxy }: { readonly port: number; readonly proxy: 'traefik' | 'haproxy' }): string {
  return [
    'version: 1',
    `project: { name: ${project} }`,
    'routes: [{ path: /, service: web, port: 3000 }]',
    `proxy: { provider: ${proxy}, listen: { http: ${port} } }`,
    'environments: { prod: { driver: local } }',
    '',
  ].join('\n');
}

function web(port?: number): string[] {
  return [
    '  web:',
    '    image: node:20',
    `    command: [node, -e, ${JSON.stringify(server)}]`,
    '    init: true',
    '    environment: { VERSION: "${VERSION:-1}" }',
    '    stop_grace_period: 10s',
    `    ${health}`,
    ...(port === undefined ? [] : [`    ports: ["127.0.0.1:${port}:3000"]`]),
  ];
}
