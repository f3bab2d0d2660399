import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { config, oneService } from './application.js';
import { parseEvents, type Told } from './events.js';
import { freePort, type Scene } from './scene.js';

export type Proxy = 'traefik' | 'haproxy';

/** One way to bring a new version of one service to a machine. */
export interface Contender {
  readonly name: string;
  /** Where requests go. */
  readonly url: string;
  /** The first version, and whatever it takes around it. */
  up(): Promise<void>;
  /** Brings another version: how long it took, and what was told on the way. */
  to(version: string): Promise<{ readonly ms: number; readonly told?: readonly Told[] }>;
}

const script = fileURLToPath(new URL('../baseline/rollout.sh', import.meta.url));

/** `stagecraft deploy`. It works in the scene's folder. */
export async function stagecraft(scene: Scene, proxy: Proxy): Promise<Contender> {
  const port = await freePort();
  const deploy = (version: string): ReturnType<Scene['stagecraft']> => scene.stagecraft(['deploy', '--yes', '--version', version, '--json-events'], { VERSION: version });
  scene.write('stagecraft.yml', config(scene.name, { port, proxy }));
  scene.write('docker-compose.yml', oneService());
  return {
    name: 'stagecraft',
    url: urlOf(port),
    up: async () => void (await deploy('1')),
    async to(version) {
      const { ms, stdout } = await deploy(version);
      return { ms, told: parseEvents(stdout) };
    },
  };
}

/** `baseline/rollout.sh`: the same steps by hand, with the same proxy, image and rule for draining. */
export async function handWritten(scene: Scene, proxy: Proxy): Promise<Contender> {
  const [port, api] = [await freePort(), await freePort()];
  const [folder, files] = [join(scene.folder, `script-${proxy}`), join(scene.folder, `proxy-${proxy}`)];
  mkdirSync(files);
  scene.write(`script-${proxy}/docker-compose.yml`, oneService());
  const env = { PROJECT: `${scene.name}-script-${proxy}`, PROXY: proxy, PORT: String(port), API: String(api), CONFIG: files };
  return {
    name: 'script',
    url: urlOf(port),
    up: async () => void (await scene.run(['sh', script, 'up'], { ...env, VERSION: '1' }, folder)),
    to: async (version) => ({ ms: (await scene.run(['sh', script, 'to', version], env, folder)).ms }),
  };
}

/** `docker compose up -d` with a published port and no proxy. */
export async function plainCompose(scene: Scene): Promise<Contender> {
  const port = await freePort();
  const folder = join(scene.folder, 'plain');
  scene.write('plain/docker-compose.yml', oneService({ port }));
  const up = (version: string, ...more: string[]): ReturnType<Scene['run']> => scene.run(['docker', 'compose', '--progress', 'quiet', '-p', `${scene.name}-plain`, 'up', '-d', ...more], { VERSION: version }, folder);
  return {
    name: 'compose up -d',
    url: urlOf(port),
    up: async () => void (await up('1', '--wait')),
    to: async (version) => ({ ms: (await up(version)).ms }),
  };
}

function urlOf(port: number): string {
  return `http://127.0.0.1:${port}/`;
}
