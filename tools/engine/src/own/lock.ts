import { spawn } from 'node:child_process';

/**
 * Does `work` while holding the lock on a file or folder that is there. The lock is the kernel's (flock), held by a child that ends with us:
 * a killed holder leaves no stale lock behind.
 */
export async function locked<T>(path: string, work: () => Promise<T>): Promise<T> {
  const holder = spawn('flock', ['-x', path, 'sh', '-c', 'echo held; cat >/dev/null'], { stdio: ['pipe', 'pipe', 'inherit'], detached: true });
  await new Promise<void>((resolve, reject) => {
    holder.stdout.once('data', () => resolve());
    holder.once('error', reject);
    holder.once('exit', (code) => reject(new Error(`flock on ${path} ended with ${code}`)));
  });
  try {
    return await work();
  } finally {
    const ended = new Promise((resolve) => holder.once('close', resolve));
    holder.stdin.end();
    await ended;
  }
}
