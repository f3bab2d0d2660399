import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startLoad } from '@stagecraft-tools/load';
import { must, type Point } from '../../point.js';
import type { Stage } from '../../stage.js';
import { chainOf } from '../crash/laws.js';
import { started } from '../people/crew.js';
import { ran, underLoad } from '../sub-stage.js';
import { composeProject, deploy, project, told } from './application.js';

/** A scaling that is killed once the journal has that many lines of it, and what is done then. */
interface Kill {
  readonly to: number;
  readonly lines: number;
  readonly then: '--resume' | '--abort';
}

const ways = ['--resume', '--abort'] as const;
const few: readonly Kill[] = [{ to: 3, lines: 3, then: '--abort' }, { to: 3, lines: 7, then: '--resume' }, { to: 1, lines: 3, then: '--abort' }, { to: 1, lines: 7, then: '--resume' }];
const many: readonly Kill[] = Array.from({ length: 12 }, (_, index) => index + 1).flatMap((lines) => ways.flatMap((then) => [3, 1].map((to) => ({ to, lines, then }))));

export const scaleKilled: Point = {
  title: 'day two: a scaling that is killed goes on with --resume and is taken back with --abort, under load',
  async prove(stage, size) {
    const port = await stage.freePort();
    await deploy(stage, { version: 'v1', port });
    await ran(stage, 0, 'scale', 'web=2');
    let killed = 0;
    const kills = size === 'full' ? many : few;
    const [report] = await underLoad([await startLoad({ url: `http://127.0.0.1:${port}/`, fresh: 20, keepAlive: 20, timeoutMs: 15_000 })], async () => {
      for (const kill of kills) if (await oneKill(stage, kill)) killed += 1;
    });
    must(killed >= kills.length / 2, `only ${killed} of ${kills.length} were killed before their end`);
    must(report.lost === 0 && report.sent > 0, `lost ${report.lost} of ${report.sent}: ${JSON.stringify(report.lostByKind)}`);
    return `${kills.length} scalings up and down, ${killed} killed in the middle: resumed to the number wanted, aborted to the number before, lost 0 of ${report.sent}`;
  },
};

/** @returns whether it was killed before it had ended. */
async function oneKill(stage: Stage, { to, lines, then }: Kill): Promise<boolean> {
  const folder = join(stage.folder, 'host', project, 'prod');
  const journal = (): string => readFileSync(join(folder, 'journal.ndjson'), 'utf8');
  const name = `scale web=${to} killed at line ${lines}, ${then}`;
  const before = chainOf(journal()).length;
  const running = started(process.execPath, [stage.program, 'scale', `web=${to}`], stage.folder, stage.env);
  while (running.child.exitCode === null && chainOf(journal()).length < before + lines) await delay(5);
  const killed = running.child.exitCode === null && running.child.kill('SIGKILL');
  const { exitCode, all } = await running.ended;
  must(killed || exitCode === 0, `${name}: it ended by itself with ${exitCode}: ${all}`);
  const open = existsSync(join(folder, 'open.json'));
  // Done is done: after the decision to commit there is no way back, and it says so.
  const committed = open && existsSync(join(folder, 'decision')) && readFileSync(join(folder, 'decision'), 'utf8').endsWith(' commit\n');
  if (open && then === '--abort') await ran(stage, committed ? 1 : 0, 'deploy', '--abort', '--yes', '--lock-wait', '60s');
  if (open && (committed || then === '--resume')) await ran(stage, 0, 'deploy', '--resume', '--yes', '--lock-wait', '60s');
  await ran(stage, 1, 'deploy', '--resume', '--yes');
  const wanted = open && then === '--abort' && !committed ? 2 : to;
  const there = (await stage.running(composeProject, 'web')).length;
  if (!open && there === 2) return false;
  must(there === wanted, `${name}: ${there} containers run, ${wanted} are meant`);
  const { drift } = await told<{ drift: readonly { readonly text: string }[] }>(stage, 'status');
  must(drift.length === 0, `${name}: status tells ${drift.map(({ text }) => text).join('; ')}`);
  chainOf(journal());
  // One that had closed its operation when it was killed leaves its lock to the next.
  for (const left of open ? ['lock', 'open.json', 'decision'] : []) must(!existsSync(join(folder, left)), `${name}: ${left} is still there`);
  if (wanted !== 2) await ran(stage, 0, 'scale', 'web=2');
  return killed && open;
}
