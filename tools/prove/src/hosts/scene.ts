import { join } from 'node:path';
import { acquireHosts, type TestHost } from '@stagecraft-tools/hosts';
import { startLoad, type RunningLoad } from '@stagecraft-tools/load';
import { must } from '../point.js';
import type { Ran, Stage } from '../stage.js';

const PORT = 8080;

/** Three hosts that are reached by SSH, and a project that deploys to them. */
export interface HostsScene {
  readonly hosts: readonly TestHost[];
  /** The config. @param rollout more of how it rolls out, as in `, max_parallel: 100%` */
  config(rollout?: string): string;
  urlOf(host: TestHost): string;
  /** Writes the application so that every answer is this word. */
  says(word: string): Promise<void>;
  /** What the command line needs to reach the hosts. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Runs the command line in the project; another exit code than one of these is the reason of `not ok`. */
  stagecraft(codes: readonly number[], ...args: readonly string[]): Promise<Ran>;
  /** What the proxy of each host answers. */
  answers(): Promise<readonly string[]>;
  /** Load on every host's proxy. */
  load(): Promise<Loads>;
}

export interface Loads {
  /** Ends it. @returns requests sent and lost, over all hosts. */
  stop(): Promise<{ readonly sent: number; readonly lost: number; readonly kinds: string }>;
}

export function onThreeHosts<T>(stage: Stage, why: string, story: (scene: HostsScene) => Promise<T>, images?: readonly string[]): Promise<T> {
  return onHosts(3, stage, why, story, images);
}

export async function onHosts<T>(count: number, stage: Stage, why: string, story: (scene: HostsScene) => Promise<T>, images: readonly string[] = ['busybox:1.35', 'traefik:v3.7']): Promise<T> {
  const got = await acquireHosts({ why: `prove hosts: ${why}`, hosts: Array.from({ length: count }, () => ({ liveRestore: true })) });
  if ('reason' in got) throw new Error(got.reason);
  try {
    const { hosts } = got;
    await sameImages(stage, hosts, images);
    return await story(await sceneOf(stage, hosts));
  } finally {
    await got.release();
  }
}

/** As from one registry: an image has the same id everywhere. */
export async function sameImages(stage: Stage, hosts: readonly TestHost[], names: readonly string[]): Promise<void> {
  const file = join(stage.folder, 'images.tar');
  await stage.docker(['save', '-o', file, ...names]);
  for (const host of hosts) {
    const { PATH = '', DOCKER_HOST = '', DOCKER_CONFIG = '' } = host.env();
    const loaded = await stage.run(['docker', 'load', '-q', '-i', file], { env: { PATH, DOCKER_HOST, DOCKER_CONFIG } });
    must(loaded.exitCode === 0, `${host.name} does not take the images: ${loaded.all}`);
  }
}

async function sceneOf(stage: Stage, hosts: readonly TestHost[]): Promise<HostsScene> {
  const reach = join(stage.folder, 'ssh-config');
  // The state is where it is on any host.
  const env = { STAGECRAFT_SSH_CONFIG: reach, STAGECRAFT_HOST_DIR: undefined };
  const config = (rollout = ''): string => `version: 1\nproject: { name: fleet }\nroutes:\n  - { path: /, service: web, port: 8000 }\nproxy: { provider: traefik, listen: { http: ${PORT} } }\nenvironments:\n  prod:\n    driver: ssh\n    hosts: [${hosts.map((host) => `root@${host.address}`).join(', ')}]\nrollout: { unreachable_timeout: 10s${rollout} }\n`;
  await stage.write({
    'ssh-config': sshConfig(hosts),
    'stagecraft.yml': config(),
  });
  return {
    hosts,
    env,
    config,
    urlOf,
    says: (word) => stage.write({ 'docker-compose.yml': application(word) }),
    async stagecraft(codes, ...args) {
      const ran = await stage.stagecraft(args, { env });
      must(codes.includes(ran.exitCode), `${args.join(' ')}: exit code ${ran.exitCode}, not ${codes.join(' or ')}: ${ran.all.slice(-2000)}`);
      return ran;
    },
    answers: () => Promise.all(hosts.map(async (host) => (await fetch(urlOf(host), { signal: AbortSignal.timeout(3_000) }).then((answer) => answer.text(), (error: Error) => error.message)).trim())),
    load: () => loads(hosts.map(urlOf)),
  };
}

function urlOf(host: TestHost): string {
  return `http://${host.address}:${PORT}/`;
}

/** As a person would write it: the key, and the file of known hosts. */
export function sshConfig(hosts: readonly TestHost[]): string {
  const [first] = hosts;
  const given = first?.ssh() ?? [];
  const key = given[given.indexOf('-i') + 1] ?? '';
  const known = given.find((arg) => arg.startsWith('UserKnownHostsFile='))?.split('=')[1] ?? '';
  return `Host ${hosts.map((host) => host.address).join(' ')}\n  IdentityFile ${key}\n  IdentitiesOnly yes\n  UserKnownHostsFile ${known}\n`;
}

function application(word: string): string {
  return [
    'services:',
    '  web:',
    '    image: busybox:1.35',
    '    init: true',
    `    command: [sh, -c, "mkdir -p /www && echo ${word} >/www/index.html && exec httpd -f -p 8000 -h /www"]`,
    '    healthcheck: { test: [CMD, wget, -q, -O, /dev/null, "http://127.0.0.1:8000/"], interval: 500ms, retries: 20 }',
    '    stop_grace_period: 2s',
    '',
  ].join('\n');
}

/** Load on several addresses at once. */
export async function loads(urls: readonly string[]): Promise<Loads> {
  const running: readonly RunningLoad[] = await Promise.all(urls.map((url) => startLoad({ url, fresh: 10, keepAlive: 10, seconds: 300 })));
  return {
    async stop() {
      const reports = await Promise.all(running.map((load) => load.stop()));
      const kinds = reports.map((report) => JSON.stringify(report.lostByKind)).join(' ');
      return { sent: reports.reduce((sum, report) => sum + report.sent, 0), lost: reports.reduce((sum, report) => sum + report.lost, 0), kinds };
    },
  };
}

/** Bytes that came to a host's network since it booted. */
export async function bytesOver(host: TestHost): Promise<number> {
  return Number((await host.must(['cat', '/sys/class/net/eth0/statistics/rx_bytes'])).trim());
}
