import { fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Ask } from './child.js';
import type { LoadOptions, LoadReport } from './types.js';

export interface RunningLoad {
  /** What was counted so far. */
  report(): Promise<LoadReport>;
  /** Sends no more, waits for what is open, ends the process. May be called twice. */
  stop(): Promise<LoadReport>;
  /** When the load ends by itself or is stopped. */
  readonly ended: Promise<LoadReport>;
}

type Told = { readonly started?: true; readonly report?: LoadReport; readonly ended?: LoadReport; readonly failed?: string };

/**
 * Sends load from a process of its own, so that what this one is busy with does not disturb it. It ends with this process.
 * @throws Error for a target that is not on this machine, or a rate or duration out of bounds.
 */
export async function startLoad(options: LoadOptions): Promise<RunningLoad> {
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const child = fork(fileURLToPath(new URL('./child.ts', import.meta.url)), { execArgv: ['--import', tsx], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const tell = (message: Ask): void => void (child.connected && child.send(message));

  let reports: ((report: LoadReport) => void)[] = [];
  const ended = new Promise<LoadReport>((resolve, reject) => {
    child.on('message', (told: Told) => {
      if (told.report) for (const give of reports.splice(0)) give(told.report);
      if (told.ended) resolve(told.ended);
      if (told.failed !== undefined) reject(new Error(told.failed));
      if (told.ended ?? told.failed) child.disconnect();
    });
    child.once('error', reject);
    child.once('exit', (code, signal) => reject(new Error(`the load ended by itself (${signal ?? code})`)));
  });
  // Whoever asks hears of it; nobody has to.
  ended.catch(() => undefined);
  const started = new Promise<void>((resolve) => child.on('message', (told: Told) => void (told.started && resolve())));

  tell({ ask: 'start', options });
  await Promise.race([started, ended]);
  return {
    ended,
    stop() {
      tell({ ask: 'stop' });
      return ended;
    },
    report() {
      const asked = new Promise<LoadReport>((resolve) => (reports = [...reports, resolve]));
      tell({ ask: 'report' });
      return Promise.race([asked, ended]);
    },
  };
}
