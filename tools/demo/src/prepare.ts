import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureImages, type Engine } from '@stagecraft-tools/engine';
import { run } from './run.js';
import { say } from './say.js';

const checkout = fileURLToPath(new URL('../../../', import.meta.url));

type Proxy = 'traefik' | 'haproxy';

const proxyImages: Readonly<Record<Proxy, string>> = { traefik: 'traefik:v3.7', haproxy: 'haproxy:2.6' };

/**
 * Builds the command line and puts the images on the engine; tells which proxy there is.
 * @param wanted id of a proxy; absent: the first that is to be had
 * @throws Error when something that it takes is not to be had
 */
export async function prepare(engine: Engine, signal: AbortSignal, wanted?: string): Promise<{ readonly proxy: Proxy }> {
  const choices = (Object.keys(proxyImages) as Proxy[]).filter((id) => wanted === undefined || id === wanted);
  if (choices.length === 0) throw new Error(`no proxy ${wanted ?? ''}: there are ${Object.keys(proxyImages).join(' and ')}`);
  say(`engine: Docker ${engine.version} with Compose ${engine.compose}, ${engine.kind === 'found' ? "this machine's own" : 'one of our own, which goes with its last user'}`);
  const building = build(engine, signal);
  // A failure is told below, after the images.
  building.catch(() => undefined);
  const proxy = await images(engine, choices).finally(() => building);
  say(`proxy: ${proxy} (${proxyImages[proxy]})`);
  return { proxy };
}

async function build(engine: Engine, signal: AbortSignal): Promise<void> {
  say('building the command line');
  const env = { ...process.env, PATH: `${join(checkout, 'node_modules/.bin')}${delimiter}${engine.env.PATH}`, TURBO_TELEMETRY_DISABLED: '1' };
  await run(['turbo', 'run', 'build', '--filter=@stagecraft/cli', '--log-order=grouped', '--output-logs=errors-only', '--no-daemon'], { cwd: checkout, env, signal, output: 'kept', timeoutMs: 300_000 });
}

async function images(engine: Engine, choices: readonly Proxy[]): Promise<Proxy> {
  const tell = (line: string): void => say(`images: ${line}`);
  const absent = (await ensureImages(engine, ['node:20', 'postgres:15', 'redis:7'], { tell })).find((one) => one.came === 'absent');
  if (absent) throw new Error(`no image ${absent.name}: ${absent.reason ?? ''}`);
  const reasons: string[] = [];
  for (const proxy of choices) {
    const [one] = await ensureImages(engine, [proxyImages[proxy]], { tell });
    if (one && one.came !== 'absent') return proxy;
    reasons.push(`${proxyImages[proxy]}: ${one?.reason ?? 'unknown'}`);
  }
  throw new Error(`no proxy: ${reasons.join('; ')}`);
}
