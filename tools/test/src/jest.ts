import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JestResult } from './summary.js';

/** A run of Jest over tests of one kind. */
export interface JestRun {
  readonly root: string;
  readonly kind: 'unit' | 'engine';
  /** As typed after `npm test --`. */
  readonly args: readonly string[];
  readonly seed: number;
  readonly env: NodeJS.ProcessEnv;
  /** Ends Jest; it is told by SIGINT, so that its tests clean up. */
  readonly signal: AbortSignal;
}

const isEngineTest = '\\.engine\\.test\\.ts$';
const kinds: Readonly<Record<JestRun['kind'], { readonly ignore: string; readonly more: readonly string[] }>> = {
  unit: { ignore: isEngineTest, more: ['--maxWorkers=100%'] },
  engine: { ignore: '(?<!\\.engine)\\.test\\.ts$', more: ['--maxWorkers=2'] },
};

/** Runs the tests of a kind, showing how it goes; answers what came of each. @throws Error when Jest itself fails. */
export async function runJest(run: JestRun): Promise<JestResult> {
  const folder = mkdtempSync(join(tmpdir(), 'stagecraft-test-'));
  const file = join(folder, 'result.json');
  try {
    const code = await jest(run, ['--json', `--outputFile=${file}`, '--ci', '--passWithNoTests', ...kinds[run.kind].more], ['ignore', 'ignore', 'inherit']);
    if (!existsSync(file)) throw new Error(`jest ended with ${code} and no result`);
    return JSON.parse(readFileSync(file, 'utf8')) as JestResult;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Are there tests of this kind among those asked for? */
export async function anyTests(run: JestRun): Promise<boolean> {
  let listed = '';
  await jest(run, ['--listTests', '--passWithNoTests'], ['ignore', 'pipe', 'inherit'], (text) => (listed += text));
  return listed.trim() !== '';
}

function jest(run: JestRun, more: readonly string[], stdio: ('ignore' | 'pipe' | 'inherit')[], onText?: (text: string) => void): Promise<number> {
  const args = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js', ...run.args.filter((arg) => !arg.startsWith('--seed=')), `--seed=${run.seed}`, '--testPathIgnorePatterns', kinds[run.kind].ignore, '/node_modules/', ...more];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: run.root, env: run.env, stdio });
    const end = (): void => void child.kill('SIGINT');
    run.signal.addEventListener('abort', end, { once: true });
    child.stdout?.setEncoding('utf8').on('data', (text: string) => onText?.(text));
    child.once('error', reject);
    child.once('close', (code) => {
      run.signal.removeEventListener('abort', end);
      resolve(code ?? 1);
    });
  });
}
