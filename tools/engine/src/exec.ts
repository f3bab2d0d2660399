import { spawn, type SpawnOptions } from 'node:child_process';

export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

export interface ExecOptions {
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  /** Written to standard input, which is closed after it. */
  input?: string;
  /** Milliseconds until the command is ended and counts as failed (code 124). */
  timeout?: number;
}

/** Runs a command to its end and tells how it went; never throws for a failure of the command. */
export function attempt(command: string, args: readonly string[], options: ExecOptions = {}): Promise<Ran> {
  return new Promise((resolve) => {
    const spawnOptions: SpawnOptions = { stdio: ['pipe', 'pipe', 'pipe'] };
    if (options.env) spawnOptions.env = options.env;
    if (options.cwd) spawnOptions.cwd = options.cwd;
    const child = spawn(command, [...args], spawnOptions);
    let stdout = '';
    let stderr = '';
    let late = false;
    const timer = options.timeout
      ? setTimeout(() => {
          late = true;
          child.kill('SIGKILL');
        }, options.timeout)
      : undefined;
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.stdin?.on('error', () => undefined); // the command may end without reading all of it
    child.stdin?.end(options.input ?? '');
    const done = (code: number, more = ''): void => {
      clearTimeout(timer);
      resolve({ code: late ? 124 : code, stdout, stderr: stderr + more });
    };
    child.on('error', (error) => done(127, error.message));
    child.on('close', (code) => done(code ?? 1));
  });
}

/** Runs a command to its end. Throws, with the command and the end of what it said, where it fails. */
export async function must(command: string, args: readonly string[], options: ExecOptions = {}): Promise<string> {
  const ran = await attempt(command, args, options);
  if (ran.code === 0) return ran.stdout;
  const said = (ran.stderr || ran.stdout).trim().split('\n').slice(-12).join('\n');
  throw new Error(`${[command, ...args].join(' ').slice(0, 300)} failed (${ran.code}):\n${said}`);
}
