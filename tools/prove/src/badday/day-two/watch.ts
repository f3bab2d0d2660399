import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { must, type Point } from '../../point.js';
import type { Stage } from '../../stage.js';
import { started, until } from '../people/crew.js';
import { deploy, only, project, told } from './application.js';

interface Look {
  readonly healthy: boolean;
  readonly drift: readonly { readonly kind: string; readonly text: string }[];
}

export const watched: Point = {
  title: 'day two: status --watch tells drift and health as they change; the exit code is that of the last look: 0, 10, 20',
  async prove(stage) {
    await deploy(stage, { version: 'v1', port: await stage.freePort() });
    const worker = await only(stage, 'worker');
    const stop = async (): Promise<void> => void (await stage.docker(['stop', '-t', '0', worker]));
    const start = async (): Promise<void> => void (await stage.docker(['start', worker]));
    const well = (look: Look): boolean => look.healthy && look.drift.length === 0;
    const less = (look: Look): boolean => !look.healthy && look.drift.some(({ kind, text }) => kind === 'containers' && text === '0 of 1 containers run');
    const byHand = (look: Look): boolean => look.healthy && look.drift.length === 1 && look.drift[0]?.kind === 'config';
    const looks = [await watch(stage, 0, [[well, stop], [less, start], [well]]), await watch(stage, 10, [[well, stop], [less]])];
    await start();
    looks.push(await watch(stage, 0, [[well]]));
    const { release } = await told<{ release: { id: string } }>(stage, 'status');
    const file = join(stage.folder, 'host', project, 'prod', 'releases', release.id, 'docker-compose.yml');
    looks.push(await watch(stage, 20, [[well, () => appendFile(file, '# by hand\n')], [byHand]], '--detailed-exitcode'));
    looks.push(await watch(stage, 0, [[byHand]]));
    return `${looks.reduce((sum, count) => sum + count)} looks: well, a container gone, back: exit code 0; ended while it was gone: 10; a file changed by hand: 20 with --detailed-exitcode, 0 without`;
  },
};

/** Watches until each look came that is waited for, then Ctrl-C. @returns how often it looked. */
async function watch(stage: Stage, exitCode: number, waits: readonly (readonly [(look: Look) => boolean, (() => Promise<void>)?])[], ...flags: readonly string[]): Promise<number> {
  const running = started(process.execPath, [stage.program, 'status', '--watch', '--interval', '200ms', '--json', ...flags], stage.folder, stage.env);
  let stdout = '';
  running.child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  const looks = (): readonly Look[] => stdout.split('\n').slice(0, -1).map((line) => JSON.parse(line) as Look);
  try {
    for (const [at, [meant, then]] of waits.entries()) {
      await until(`look ${at + 1} of ${waits.length} that is waited for; the last one is ${JSON.stringify(looks().at(-1)?.drift)}`, () => meant(looks().at(-1) ?? { healthy: false, drift: [] }));
      await then?.();
    }
  } finally {
    running.child.kill('SIGINT');
  }
  const ended = await running.ended;
  must(ended.exitCode === exitCode, `status --watch ${flags.join(' ')} ended with ${ended.exitCode}, not ${exitCode}: ${ended.all.slice(-1500)}`);
  return looks().length;
}
