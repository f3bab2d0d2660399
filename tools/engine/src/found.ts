import { attempt } from './exec.js';
import type { Acquired } from './engine.js';
import { atLeast, OLDEST_COMPOSE, OLDEST_ENGINE, parseVersion, versionText } from './versions.js';

const PATIENCE = 15_000;

/** The engine that the docker command reaches here, if it is one of this machine and new enough, with a Compose that is. */
export async function findEngine(env: NodeJS.ProcessEnv = process.env): Promise<Acquired> {
  const host = await hostOf(env);
  if (!host.startsWith('unix://')) return { reason: `${host} is no engine of this machine (its socket is wanted, for bind mounts)` };
  const asked = { env: { ...env, DOCKER_HOST: host }, timeout: PATIENCE };
  const server = await attempt('docker', ['version', '--format', '{{.Server.Version}}'], asked);
  if (server.code === 127) return { reason: 'there is no docker command' };
  const version = server.stdout.trim();
  if (server.code !== 0 || !version) return { reason: `no engine answers at ${host}` };
  if (!atLeast(parseVersion(version), OLDEST_ENGINE)) return { reason: `the engine at ${host} is ${version}, older than ${versionText(OLDEST_ENGINE)}` };
  const client = await attempt('docker', ['compose', 'version', '--short'], asked);
  const compose = client.stdout.trim();
  if (client.code !== 0 || !compose) return { reason: `an engine answers at ${host}, but docker compose is not installed` };
  if (!atLeast(parseVersion(compose), OLDEST_COMPOSE)) return { reason: `docker compose is ${compose}, older than ${versionText(OLDEST_COMPOSE)}` };
  const path = env['PATH'] ?? '';
  const config = env['DOCKER_CONFIG'];
  return { engine: { kind: 'found', host, version, compose, env: { DOCKER_HOST: host, PATH: path, STAGECRAFT_TEST_ENGINE: host, ...(config ? { DOCKER_CONFIG: config } : {}) }, release: async () => undefined } };
}

/** DOCKER_HOST, or what the docker command's context names, or the default socket. */
async function hostOf(env: NodeJS.ProcessEnv): Promise<string> {
  if (env['DOCKER_HOST']) return env['DOCKER_HOST'];
  const context = await attempt('docker', ['context', 'inspect', '--format', '{{.Endpoints.docker.Host}}'], { env, timeout: PATIENCE });
  return context.stdout.trim() || 'unix:///var/run/docker.sock';
}
