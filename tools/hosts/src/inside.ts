import { spawn } from 'node:child_process';
import type { Ran } from '@stagecraft-tools/engine/parts';

/** Runs a command to its end, or to its time: then all that it started is killed, and nobody waits for what cannot even die (code 124). */
export function runGroup(command: string, args: readonly string[], options: { readonly env: NodeJS.ProcessEnv; readonly input?: string; readonly timeout?: number }): Promise<Ran> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { env: options.env, stdio: ['pipe', 'pipe', 'pipe'], detached: true });
    let [stdout, stderr] = ['', ''];
    const done = (code: number): void => {
      clearTimeout(timer);
      for (const stream of child.stdio) stream?.destroy();
      resolve({ code, stdout, stderr });
    };
    const timer = options.timeout === undefined ? undefined : setTimeout(() => {
      try {
        process.kill(-(child.pid ?? 0), 'SIGKILL');
      } catch {
        // it ended meanwhile
      }
      done(124);
    }, options.timeout);
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.stdin.on('error', () => undefined).end(options.input ?? ''); // the command may end without reading it
    child.once('error', (error) => {
      stderr += error.message;
      done(127);
    });
    child.once('close', (code, signal) => done(code ?? (signal === 'SIGKILL' ? 137 : 143)));
  });
}
