import { spawn } from 'node:child_process';

/** A registry that says nothing for so long is taken for absent. */
const SILENCE = 12_000;

/** Pulls an image; answers why not where it did not come. */
export function pull(name: string, env: NodeJS.ProcessEnv, silence = SILENCE): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn('docker', ['pull', name], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    let why = '';
    const quiet = setTimeout(() => {
      why = `the registry did not answer in ${silence / 1000} s`;
      child.kill('SIGKILL');
    }, silence);
    // Once it says something it may take its time: images are large.
    child.stdout.once('data', () => clearTimeout(quiet));
    child.stdout.resume();
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    const done = (code: number | null): void => {
      clearTimeout(quiet);
      resolve(code === 0 ? undefined : why || said.trim().split('\n').pop() || `docker pull ended with ${code}`);
    };
    child.once('error', (error) => {
      why = error.message;
      done(1);
    });
    child.once('close', done);
  });
}
