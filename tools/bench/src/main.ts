import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { constants, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { acquireEngine, ensureImages, type Engine } from '@stagecraft-tools/engine';
import { commandLineIn, checkout } from './command-line.js';
import type { Part } from './part.js';
import { parts } from './parts.js';
import type { Row } from './row.js';
import { tableOf } from './table.js';

const USAGE = `pnpm bench [--quick] [--built] [part...]

Measures times and lost requests, in ratios within one run; prints a table and keeps everything under bench/results/.
--quick  fewer rounds
--built  takes the command line as it was built last
Parts: ${parts.map((part) => part.name).join(', ')}
Exit code 0 when all was measured, whether or not the aims are met.`;

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (!stop.signal.aborted) tell(`${signal}: cleaning up`);
    process.exitCode = 128 + constants.signals[signal];
    stop.abort(new Error(`interrupted by ${signal}`));
  });
}

try {
  const code = await main(process.argv.slice(2));
  process.exitCode ??= code;
} catch (error) {
  tell((error as Error).message);
  process.exitCode ??= 1;
}

async function main(argv: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args: argv[0] === '--' ? argv.slice(1) : argv, allowPositionals: true, options: { quick: { type: 'boolean', default: false }, built: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } } });
  const unknown = positionals.find((name) => !parts.some((part) => part.name === name));
  if (values.help || unknown !== undefined) {
    process.stdout.write(`${unknown === undefined ? '' : `there is no part ${unknown}\n`}${USAGE}\n`);
    return values.help ? 0 : 1;
  }
  const chosen = parts.filter((part) => positionals.length === 0 ? part.onRequest !== true : positionals.includes(part.name));
  const images = [...new Set(chosen.flatMap((part) => part.images ?? []))];
  const engine = chosen.some((part) => part.images !== undefined) ? await useEngine(images) : undefined;
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'stagecraft-bench-')));
  try {
    if (!values.built) tell('building the command line');
    const commandLine = await commandLineIn(folder, { build: !values.built, signal: stop.signal });
    return await measure(chosen, { commandLine, quick: values.quick, signal: stop.signal, tell, ...(engine ? { engine } : {}) });
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await engine?.release();
  }
}

async function useEngine(images: readonly string[]): Promise<Engine> {
  const got = await acquireEngine({ why: 'bench', tell: (line) => tell(`engine: ${line}`) });
  if ('reason' in got) throw new Error(`no container engine: ${got.reason}`);
  const absent = (await ensureImages(got.engine, [...images], { tell: (line) => tell(`images: ${line}`) })).find((one) => one.came === 'absent');
  if (absent === undefined) return got.engine;
  await got.engine.release();
  throw new Error(`no image ${absent.name}: ${absent.reason ?? ''}`);
}

/** All parts, one after the other: what fails is told, and the others are measured all the same. */
async function measure(chosen: readonly Part[], setting: Parameters<Part['measure']>[0]): Promise<number> {
  const begun = Date.now();
  const rows: Row[] = [];
  const failed: string[] = [];
  for (const part of chosen) {
    const from = Date.now();
    try {
      rows.push(...(await part.measure(setting)));
      tell(`${part.name}: ${((Date.now() - from) / 1000).toFixed(0)} s`);
    } catch (error) {
      if (stop.signal.aborted) throw error;
      failed.push(part.name);
      tell(`${part.name} could not be measured: ${(error as Error).message}`);
    }
  }
  process.stdout.write(`${tableOf(rows)}\n\n`);
  const aimed = rows.filter((row) => row.met !== undefined);
  const file = keep({ at: new Date(begun).toISOString(), node: process.version, cpus: cpus().length, quick: setting.quick, engine: setting.engine && { version: setting.engine.version, compose: setting.engine.compose }, seconds: Math.round((Date.now() - begun) / 1000), failed, rows });
  process.stdout.write(`bench: ${aimed.filter((row) => row.met).length} of ${aimed.length} aims met${failed.length > 0 ? `, not measured: ${failed.join(', ')}` : ''}; ${file}\n`);
  return failed.length === 0 ? 0 : 1;
}

function keep(results: { readonly at: string; readonly [figure: string]: unknown }): string {
  const name = `bench/results/${results.at.replace(/[:.]/g, '-')}.json`;
  mkdirSync(join(checkout, 'bench/results'), { recursive: true });
  writeFileSync(join(checkout, name), `${JSON.stringify(results, undefined, 2)}\n`);
  return name;
}

function tell(line: string): void {
  process.stderr.write(`bench: ${line}\n`);
}
