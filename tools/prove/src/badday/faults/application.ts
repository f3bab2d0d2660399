/** What brings a container back by itself; `none given`: the Compose file says nothing. */
export type Policy = 'no' | 'on-failure' | 'unless-stopped' | 'always' | 'none given';
export type Proxy = 'traefik' | 'haproxy';

export interface Application {
  readonly proxy: Proxy;
  readonly policy: Policy;
  /** Said by every answer. */
  readonly version: string;
  /** Builds an image of its own instead of taking one as it is. */
  readonly built?: boolean;
}

export const PROJECT = 'shop';
export const PORT = 8080;

const server = `const http = require('http');
http.createServer((q, s) => { s.setHeader('x-version', process.env.APP_VERSION); s.end('ok'); }).listen(3000);
process.on('SIGTERM', () => setTimeout(() => process.exit(0), 300));`;

/** A web service behind a proxy, and how it is deployed. */
export function application({ proxy, policy, version, built }: Application): Readonly<Record<string, string>> {
  return {
    'docker-compose.yml': [
      'services:',
      '  web:',
      built ? '    build: .' : '    image: node:20',
      '    command: [node, /server.js]',
      '    init: true',
      '    stop_grace_period: 3s',
      `    environment: { APP_VERSION: "${version}" }`,
      '    volumes: ["./server.js:/server.js:ro"]',
      '    healthcheck: { test: [CMD, wget, -qO-, "http://127.0.0.1:3000/"], interval: 500ms, timeout: 5s, retries: 20 }',
      ...(policy === 'none given' ? [] : [`    restart: "${policy}"`]),
      '',
    ].join('\n'),
    'stagecraft.yml': [
      'version: 1',
      `project: { name: ${PROJECT} }`,
      'routes:',
      '  - { path: /, service: web, port: 3000 }',
      `proxy: { provider: ${proxy}, listen: { http: ${PORT} } }`,
      'rollout: { acknowledge_timeout: 8s }',
      'environments:',
      '  prod: { driver: local }',
      '',
    ].join('\n'),
    'server.js': server,
    // More than a nearly full disk has left.
    Dockerfile: `FROM node:20\nRUN head -c 60000000 /dev/urandom >/much && echo ${version}\n`,
  };
}
