import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureImages, type Engine } from '@stagecraft-tools/engine';
import { run } from './run.js';
import { say } from './say.js';

const checkout = fileURLToPath(new URL('../../../', import.meta.url));

/** Builds the command line and puts the images on the engine; tells which proxy there is. @throws Error when something that it takes is not to be had */
export async function prepare(engine: Engine, signal: AbortSignal): Promise<{ readonly proxy: 'traefik' | 'haproxy' }> {
  say(`engine: Docker ${engine.version} with Compose ${engine.compose}, ${engine.kind === 'found' ? "this machine's own" : 'one of our own, which goes with its last user'}`);
  const building = build(engine, signal);
  // A failure is told below, after the images.
  building.catch(() => undefined);
  const proxy = await images(engine);
  await building;
  say(`proxy: ${proxy === 'traefik' ? 'Traefik (traefik:v3.7)' : 'HAProxy (haproxy:2.6), since there is no image of Traefik'}`);
  return { proxy };
}

async function build(engine: Engine, signal: AbortSignal): Promise<void> {
  say('building the command line');
  const env = { ...process.env, PATH: `${join(checkout, 'node_modules/.bin')}${delimiter}${engine.env.PATH}`, TURBO_TELEMETRY_DISABLED: '1' };
  await run(['turbo', 'run', 'build', '--filter=@stagecraft/cli', '--log-order=grouped', '--output-logs=errors-only', '--no-daemon'], { cwd: checkout, env, signal, output: 'kept', timeoutMs: 300_000 });
}

async function images(engine: Engine): Promise<'traefik' | 'haproxy'> {
  const tell = (line: string): void => say(`images: ${line}`);
  const needed = await ensureImages(engine, ['node:20', 'postgres:15', 'redis:7', 'traefik:v3.7'], { tell });
  const absent = needed.filter((one) => one.came === 'absent');
  const other = absent.find((one) => one.name !== 'traefik:v3.7');
  if (other) throw new Error(`no image ${other.name}: ${other.reason ?? ''}`);
  if (absent.length === 0) return 'traefik';
  const [haproxy] = await ensureImages(engine, ['haproxy:2.6'], { tell });
  if (haproxy?.came === 'absent') throw new Error(`no proxy: ${[...absent, haproxy].map((one) => `${one.name}: ${one.reason ?? ''}`).join('; ')}`);
  return 'haproxy';
}
