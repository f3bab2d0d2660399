import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { acquireEngine, ensureImages, ownStatus, type Acquired } from '@stagecraft-tools/engine';
import { anyTests, runJest, type JestRun } from './jest.js';
import { seedOf } from './seed.js';
import { joined, lastLine, skippedLines, summarise, type Summary } from './summary.js';
import { changedFiles, onEngine, processesOf, RUN_VARIABLE } from './traces.js';

// npm test [-- PATH or Jest's options]: the unit tests, then those that need an engine, on the engine that is there or one of our own.
const root = fileURLToPath(new URL('../../../', import.meta.url));
const args = process.argv.slice(2).filter((arg) => arg !== '--');
const selected = args.some((arg) => /^(-t|--testNamePattern)/.test(arg));
const seed = seedOf(root, args);
const tell = (line: string): void => void process.stderr.write(`test: ${line}\n`);
const stopping = new AbortController();
let heard: NodeJS.Signals | undefined;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    heard ??= signal;
    stopping.abort();
  });
}

tell(`seed ${seed}: \`npm test -- --seed=${seed}\` draws the same values in the same order`);
const run = randomUUID();
const env = testEnvironment();
const before = changedFiles(root);
let summary: Summary = { passed: 0, failures: [], skipped: [] };

const engineTests = await anyTests(of('engine'));
// First, because it brings Docker Compose too, by which unit tests check what they read and render.
const got: Acquired = await acquireEngine({ why: 'test', tell }).catch((error: Error) => ({ reason: error.message }));
try {
  const tools = 'engine' in got ? pick({ ...got.engine.env }, ['PATH', 'DOCKER_CONFIG']) : {};
  await timed('unit', async () => count(await runJest(of('unit', tools))));
  if (engineTests && !stopping.signal.aborted) await withEngine(got);
} finally {
  if ('engine' in got) await got.engine.release();
}
checkTraces();

for (const what of summary.failures) console.log(`failed: ${what}`);
for (const line of skippedLines(summary.skipped)) console.log(line);
if (heard !== undefined) console.log(`ended by ${heard}`);
console.log(lastLine(summary));
process.exitCode = heard === undefined ? Math.min(1, summary.failures.length) : 130;

async function withEngine(acquired: Acquired): Promise<void> {
  if ('reason' in acquired) {
    tell(`no engine: ${acquired.reason}; the tests that need one are skipped`);
    return timed('engine', async () => count(await runJest(of('engine', { STAGECRAFT_TEST_ENGINE_REASON: `no engine: ${acquired.reason}` }))));
  }
  const { engine } = acquired;
  tell(`engine ${engine.version} with Compose ${engine.compose} (${engine.kind === 'own' ? 'one of our own' : 'found'}) at ${engine.host}`);
  await timed('images', async () => {
    for (const image of await ensureImages(engine, undefined, { tell })) if (image.came === 'absent') tell(`no image ${image.name}: ${image.reason ?? ''}`);
  });
  await timed('build', build);
  const engineEnv = { ...env, ...engine.env };
  const there = onEngine(engineEnv);
  await timed('engine', async () => count(await runJest(of('engine', { ...engine.env, STAGECRAFT_TEST_ENGINE: engine.host }))));
  const left = onEngine(engineEnv).filter((name) => !there.includes(name));
  const others = (ownStatus()?.users.length ?? 1) > 1;
  trace(left, 'left on the engine', others ? 'others use it too' : undefined);
}

/** Engine tests run the built command line. */
async function build(): Promise<void> {
  const { status } = spawnSync('node_modules/.bin/turbo', ['run', 'build', '--output-logs=errors-only', '--log-order=grouped'], { cwd: root, env: { ...env, TURBO_TELEMETRY_DISABLED: '1' }, stdio: ['ignore', 2, 2] });
  if (status !== 0) {
    tell('the build failed');
    failure('the build');
  }
}

/** Nothing is left behind: no process, no file. Only a checkout that was clean can be known to have stayed so. */
function checkTraces(): void {
  trace(processesOf(run), 'still running');
  if (before === undefined) return;
  trace((changedFiles(root) ?? []).filter((line) => !before.includes(line)), 'changed in the checkout', before.length > 0 ? 'it was not clean before' : undefined);
}

/** A trace is a failure, unless it may be another's. */
function trace(found: readonly string[], what: string, doubt?: string): void {
  if (found.length === 0) return;
  tell(`${what}${doubt === undefined ? '' : ` (${doubt}, so this is no failure)`}:\n  ${found.join('\n  ')}`);
  if (doubt === undefined) failure(`${what}: ${found.join(', ')}`);
}

function pick(env: NodeJS.ProcessEnv, names: readonly string[]): NodeJS.ProcessEnv {
  return Object.fromEntries(names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
}

function failure(what: string): void {
  summary = { ...summary, failures: [...summary.failures, what] };
}

function count(result: Awaited<ReturnType<typeof runJest>>): void {
  summary = joined(summary, summarise(result, { root, selected }));
}

function of(kind: JestRun['kind'], more: NodeJS.ProcessEnv = {}): JestRun {
  return { root, kind, args, seed, env: { ...env, ...more }, signal: stopping.signal };
}

/** The person's own settings of Stagecraft and Docker are not the tests'. */
function testEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(STAGECRAFT_(?!ENGINE_)|COMPOSE_|BUILDKIT_|NODE_OPTIONS$)/.test(name));
  return { ...Object.fromEntries(kept), [RUN_VARIABLE]: run };
}

async function timed(part: string, work: () => Promise<void>): Promise<void> {
  const begun = performance.now();
  await work();
  tell(`${part}: ${((performance.now() - begun) / 1000).toFixed(1)} s`);
}
