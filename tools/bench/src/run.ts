import { spawn } from 'node:child_process';

export interface Ran {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** From before the process to after its end, milliseconds. */
  readonly ms: number;
}

export interface RunOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Ends the process and fails. */
  readonly signal?: AbortSignal;
}

/** Runs a program to its end and times it. @throws Error with the end of what it said, when it fails. */
export async function run(argv: readonly string[], { cwd, env, signal }: RunOptions): Promise<Ran> {
  signal?.throwIfAborted();
  const [program = '', ...args] = argv;
  const begun = performance.now();
  const ran = await new Promise<Ran>((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const stop = (): void => void child.kill('SIGTERM');
    signal?.addEventListener('abort', stop, { once: true });
    child.once('error', reject);
    child.once('close', (code) => {
      signal?.removeEventListener('abort', stop);
      resolve({ exitCode: code ?? 128, stdout, stderr, ms: performance.now() - begun });
    });
  });
  signal?.throwIfAborted();
  if (ran.exitCode !== 0) throw new Error(`${argv.join(' ').slice(0, 200)} ended with exit code ${ran.exitCode}: ${`${ran.stdout}\n${ran.stderr}`.trim().split('\n').slice(-12).join('\n')}`);
  return ran;
}
