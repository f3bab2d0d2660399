import { createHash } from 'node:crypto';
import { must } from '../../point.js';
import type { Ran, Stage } from '../../stage.js';
import { ran } from '../sub-stage.js';

export const project = 'daytwo';
export const composeProject = `${project}-prod`;

/** What differs between two releases, and where they listen. */
export interface Told {
  readonly version: string;
  readonly port: number;
  readonly proxy?: 'traefik' | 'haproxy';
  /** The value of the secret that `worker` and `tool` have. */
  readonly token?: string;
}

/** A routed service, a worker with a secret, one that is built and mounts a file, one with data, and a tool whose profile is off. */
export function application({ version, port, proxy = 'traefik', token = 'first' }: Told): Readonly<Record<string, string>> {
  const server = `const s = require('node:http').createServer((q, r) => { r.setHeader('x-version', '${version}'); r.end('${version}'); }); s.keepAliveTimeout = 120000; s.listen(3000); process.on('SIGTERM', () => { s.close(() => process.exit(0)); s.closeIdleConnections(); });`;
  const idle = '    init: true\n    stop_grace_period: 1s\n    healthcheck: { test: [CMD, "true"], interval: 500ms }\n';
  return {
    'stagecraft.yml': [
      'version: 1',
      `project: { name: ${project} }`,
      'routes: [{ path: /, service: web, port: 3000 }]',
      `proxy: { provider: ${proxy}, listen: { http: ${port} } }`,
      'secrets: { provider: envfile, providers: { envfile: { file: ".env.{env}.secrets" } }, names: [TOKEN] }',
      'environments:',
      '  prod: { driver: local }',
      '',
    ].join('\n'),
    'docker-compose.yml': [
      'services:',
      `  web:\n    image: node:20\n    command: [node, -e, ${JSON.stringify(server)}]\n    init: true\n    stop_grace_period: 5s\n    healthcheck: { test: [CMD, wget, -qO-, "http://127.0.0.1:3000/"], interval: 500ms, timeout: 10s, retries: 60 }`,
      `  worker:\n    image: busybox:1.35\n    command: [sleep, "3600"]\n    environment: { TOKEN: "\${TOKEN}" }\n${idle}`,
      `  built:\n    build: .\n    command: [sleep, "3600"]\n    volumes: ["./conf.txt:/conf.txt:ro"]\n${idle}`,
      `  store:\n    image: busybox:1.35\n    command: [sleep, "3600"]\n    volumes: ["store:/data"]\n${idle}`,
      '  tool: { image: "busybox:1.35", profiles: [tools], environment: { TOKEN: "${TOKEN}" }, command: [sh, -c, "echo a tool; printf %s $$TOKEN | sha256sum"] }',
      'volumes: { store: {} }',
      '',
    ].join('\n'),
    '.env.prod.secrets': `TOKEN=${token}\n`,
    'conf.txt': `${version}\n`,
    Dockerfile: `FROM busybox:1.35\nLABEL version=${version}\n`,
  };
}

/** Deploys it. The stage takes it away at its end. */
export async function deploy(stage: Stage, told: Told): Promise<void> {
  stage.owns(composeProject);
  await stage.write(application(told));
  await ran(stage, 0, 'deploy', '--yes', '--version', told.version);
}

/** Names of all one-off containers of the project, whatever their state. */
export async function oneOffs(stage: Stage): Promise<readonly string[]> {
  return lines(await stage.docker(['ps', '-a', '--format', '{{.Names}}', '--filter', 'label=stagecraft.run', '--filter', `label=stagecraft.project=${project}`]));
}

/** The one container of a service that runs. */
export async function only(stage: Stage, service: string): Promise<string> {
  const ids = await stage.running(composeProject, service);
  must(ids.length === 1, `${ids.length} containers of ${service} run`);
  return ids[0] ?? '';
}

/** One document of a command that ends well. */
export async function told<T>(stage: Stage, ...args: readonly string[]): Promise<T> {
  return JSON.parse((await ran(stage, 0, ...args, '--json')).stdout) as T;
}

/** util-linux's `script` gives the command line a terminal. */
export function atTerminal(stage: Stage, line: string): Promise<Ran> {
  return stage.run(['script', '-qec', `"${process.execPath}" "${stage.program}" ${line}`, '/dev/null'], { env: { CI: undefined } });
}

/** What `printf %s "$TOKEN" | sha256sum` prints: the value itself is masked in all output. */
export function sum(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

export function lines(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '');
}
