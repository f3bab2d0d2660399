import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { trackedFiles } from '@stagecraft-tools/spec';
import type { Check, CheckContext, Verdict } from './check.js';
import { checks } from './checks/index.js';

// pnpm check [--only NAME,...] [--fix]: every law of this repository, one line each.
const { values: options } = parseArgs({ options: { only: { type: 'string' }, fix: { type: 'boolean', default: false } } });
const names = options.only?.split(',');
const unknown = names?.filter((name) => !checks.some((check) => check.name === name)) ?? [];
if (unknown.length > 0) {
  console.error(`no check ${unknown.join(', ')}; there are ${checks.map((check) => check.name).join(', ')}`);
  process.exit(1);
}

const root = fileURLToPath(new URL('../../../', import.meta.url));
const context: CheckContext = {
  root,
  files: trackedFiles(root),
  fix: options.fix,
  read: (path) => readFileSync(join(root, path), 'utf8'),
  run: (argv, { cwd = root } = {}) => run(argv, cwd),
};
const wanted = checks.filter((check) => names?.includes(check.name) ?? true);
const started = performance.now();
let failed = 0;

// Two cores: two at a time, and what needs the build after it.
const needBuild = wanted.filter((check) => check.built === true);
const build: Check = { name: 'build', run: async () => told(await context.run(['turbo', 'run', 'build', '--output-logs=errors-only', '--log-order=grouped'])) };
const queue = [...(needBuild.length > 0 ? [build] : []), ...wanted.filter((check) => check.built !== true)];
let held = needBuild;
await Promise.all([worker(), worker()]);
console.log(`${failed === 0 ? 'ok' : 'not ok'}: ${wanted.length - failed} of ${wanted.length} checks in ${seconds(started)}`);
process.exitCode = failed === 0 ? 0 : 1;

async function worker(): Promise<void> {
  for (let check = queue.shift(); check; check = queue.shift()) {
    const ok = await show(check);
    if (check !== build) continue;
    if (ok) queue.push(...held);
    else for (const one of held) report(one.name, { ok: false, problems: ['needs the build'] }, started);
    held = [];
  }
}

async function show(check: Check): Promise<boolean> {
  const begun = performance.now();
  const found = await check.run(context).catch((error: unknown): Verdict => ({ ok: false, problems: [error instanceof Error ? (error.stack ?? error.message) : String(error)] }));
  report(check.name, found, begun);
  return found.ok;
}

function report(name: string, found: Verdict, begun: number): void {
  if (!found.ok && name !== build.name) failed += 1;
  console.log(`${found.ok ? 'ok' : 'not ok'} ${name} ${seconds(begun)}${found.note === undefined ? '' : ` (${found.note})`}`);
  if (!found.ok) for (const problem of found.problems ?? []) console.log(problem.replaceAll(/^/gm, '  '));
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}

function told({ code, output }: { readonly code: number; readonly output: string }): Verdict {
  return { ok: code === 0, problems: [output] };
}

function run(argv: readonly string[], cwd: string): Promise<{ code: number; output: string }> {
  const [program = '', ...args] = argv;
  const env = { ...process.env, PATH: `${join(root, 'node_modules/.bin')}${delimiter}${process.env['PATH'] ?? ''}`, FORCE_COLOR: '0', NO_COLOR: '1', TURBO_TELEMETRY_DISABLED: '1' };
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? 1, output: output.trimEnd() }));
  });
}
