import { spawn } from 'node:child_process';

export interface RunOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
  /** Where its output goes; default: to whoever watches. */
  readonly output?: 'shown' | 'kept';
  /** Milliseconds until it is ended and counts as failed; default two minutes. */
  readonly timeoutMs?: number;
}

/**
 * Runs a program to its end and gives what it said, where that was kept. It is told of an interrupt as it would be in a shell, and waited for.
 * @throws Error with the end of what it said when it fails or takes too long; what interrupted it
 */
export async function run(argv: readonly [string, ...string[]], options: RunOptions): Promise<string> {
  const { cwd, env, signal, output = 'shown', timeoutMs = 120_000 } = options;
  signal?.throwIfAborted();
  const [program, ...args] = argv;
  const child = spawn(program, args, { cwd, env, stdio: output === 'shown' ? 'inherit' : ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (text: string) => (said += text));
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill('SIGTERM');
    setTimeout(() => child.kill('SIGKILL'), 20_000).unref();
  }, timeoutMs);
  // A terminal has told its whole group already; twice means "leave at once".
  const pass = (): void => void (process.stdin.isTTY || child.kill('SIGINT'));
  signal?.addEventListener('abort', pass, { once: true });
  try {
    const code = await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (status, by) => resolve(status ?? (by === null ? 1 : 128)));
    });
    signal?.throwIfAborted();
    if (late) throw new Error(`${argv.join(' ')} took longer than ${Math.round(timeoutMs / 1000)} s`);
    if (code !== 0) throw new Error(`${argv.join(' ')} ended with exit code ${code}${said === '' ? '' : `:\n${said.trim().split('\n').slice(-20).join('\n')}`}`);
    return said;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', pass);
  }
}
