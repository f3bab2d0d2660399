import { afterEach, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';

const begun: ReturnType<typeof spawn>[] = [];
// What a failed test left: the program, whose group is its own, ends with its output's reader.
afterEach(() => {
  for (const child of begun.splice(0)) {
    child.kill('SIGKILL');
    child.stdout?.destroy();
    child.unref();
  }
});

/** The adapter in a process of its own: it hands on that process's signals, and lives on its streams. */
function start(argv: readonly string[], options = '{}'): { readonly child: ReturnType<typeof spawn>; readonly output: () => string; until(text: string): Promise<void>; ended(): Promise<number | null> } {
  const adapter = new URL('../../src/adapters/foreground.ts', import.meta.url).href;
  const code = `import { createForeground } from ${JSON.stringify(adapter)};
process.exitCode = await createForeground(false).run(${JSON.stringify(argv)}, { env: process.env, ...${options} });`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--conditions=stagecraft-source', '--input-type=module', '-e', code], { cwd: new URL('../../', import.meta.url).pathname, stdio: ['pipe', 'pipe', 'inherit'] });
  begun.push(child);
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const closed = once(child, 'close') as Promise<[number | null]>;
  return {
    child,
    output: () => text,
    until: async (wanted) => {
      while (!text.includes(wanted)) await new Promise((resolve) => setTimeout(resolve, 20));
    },
    ended: async () => (await closed)[0],
  };
}

describe('CLI_RUN, CLI_EXEC: a program in the foreground', () => {
  it('has our input and output, and its exit code is given back', async () => {
    const run = start(['sh', '-c', 'read line; echo "read $line"; exit 7']);
    run.child.stdin?.end('a line\n');
    expect(await run.ended()).toBe(7);
    expect(run.output()).toBe('read a line\n');
  });

  it('gets our signals, or where they are to go instead', async () => {
    const direct = start(['sh', '-c', 'trap "echo got it; exit 9" TERM; echo begun; while :; do sleep 0.05; done']);
    await direct.until('begun');
    direct.child.kill('SIGTERM');
    expect(await direct.ended()).toBe(9);
    const instead = start(['sh', '-c', 'echo "pid $$"; while :; do sleep 0.05; done'], `{ signalled: (signal) => ['sh', '-c', 'kill -KILL "$0"', String(globalThis.pid)] }`);
    await instead.until('pid ');
    instead.child.kill('SIGTERM');
    // Nobody heard the signal: the program goes on until it is ended.
    process.kill(Number(/pid (\d+)/.exec(instead.output())?.[1]), 'SIGKILL');
    expect(await instead.ended()).toBe(137);
  });
});
