import { appendFile, mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { chance, shuffled } from '../../badday/crash/sample.js';
import type { Stage } from '../../stage.js';
import { onThreeHosts, type HostsScene } from '../scene.js';
import { play, type Cell, type Row } from './cell.js';
import { courses } from './courses.js';
import { faults } from './faults.js';
import { isOpen } from './oracle.js';

export interface CampaignSize {
  readonly seed: number;
  /** No other cell is begun after so many milliseconds. */
  readonly ms: number;
  /** Without those faults that a command waits for. */
  readonly quick: boolean;
  /** Of `FAULT at MOMENT of COURSE`. */
  readonly only: RegExp;
}

export interface CampaignResult {
  readonly cells: number;
  readonly passed: number;
  readonly violations: readonly string[];
  readonly sent: number;
  readonly lost: number;
  readonly explained: number;
}

/** Cells in the order that the seed gives, one after the other on the same three hosts. */
export function campaign(stage: Stage, size: CampaignSize, tell: (line: string) => void): Promise<CampaignResult> {
  return onThreeHosts(stage, `a campaign, seed ${size.seed}`, async (scene) => {
    const random = chance(size.seed);
    const cells = drawn(size, random, scene.hosts.length);
    await stage.write({ 'stagecraft.yml': scene.config(', max_parallel: 100%') });
    let [version, serving] = [2, 'w2'];
    for (const word of ['w1', 'w2']) await deployed(scene, word);
    const result = { cells: 0, passed: 0, violations: [] as string[], sent: 0, lost: 0, explained: 0 };
    const begun = Date.now();
    for (const cell of cells) {
      if (result.cells > 0 && Date.now() - begun > size.ms) break;
      const next = `w${(version += 1)}`;
      const name = nameOf(cell);
      result.cells += 1;
      const at = Date.now();
      try {
        const row = await play(stage, scene, cell, { next, serving });
        serving = row.word;
        result.passed += row.met ? 0 : 1;
        for (const key of ['sent', 'lost', 'explained'] as const) result[key] += row.served[key];
        tell(`  ${name}: ${lineOf(row, next)} (${Math.round((Date.now() - at) / 1000)} s)`);
      } catch (error) {
        const text = `${name}: ${(error as Error).message}`;
        result.violations.push(text);
        tell(`  VIOLATION ${text}`);
        await keep(size, text);
        serving = await madeSound(scene, `w${(version += 1)}`);
      }
    }
    const summary = summaryOf(result, size);
    await keep(size, summary);
    return result;
  });
}

export function summaryOf({ cells, passed, violations, sent, lost, explained }: Omit<CampaignResult, 'violations'> & { readonly violations: readonly string[] }, { seed }: Pick<CampaignSize, 'seed'>): string {
  return `campaign: ${cells} cells${passed > 0 ? ` (${passed} passed by)` : ''}, ${violations.length} violations, ${lost} of ${sent} requests lost${explained > 0 ? ` (and ${explained} by hosts that were off, hung or cut off)` : ''}, seed ${seed}`;
}

function drawn({ quick, only }: CampaignSize, random: () => number, hosts: number): readonly Cell[] {
  const all = faults.filter((fault) => !quick || !fault.slow).flatMap((fault) => courses.flatMap((course) => course.moments.map((moment): Omit<Cell, 'host'> => ({ fault, course, moment }))));
  const hostOf = ({ course, moment }: Omit<Cell, 'host'>, drawn: number): number => {
    if (course.left?.first?.includes(moment)) return 0;
    return course.left?.others?.includes(moment) ? 1 + Math.floor(drawn * (hosts - 1)) : Math.floor(drawn * hosts);
  };
  return shuffled(all, random).map((cell) => ({ ...cell, host: hostOf(cell, random()) })).filter((cell) => only.test(nameOf(cell)));
}

function nameOf({ fault, moment, course, host }: Cell): string {
  return `${fault.name} at ${moment} of ${course.name}, host ${host + 1}`;
}

function lineOf({ met, code, seconds, said, word, served }: Row, next: string): string {
  return `${met ? `exit ${code} after ${seconds} s` : `passed by, exit ${code}`} | ${word === next ? 'new' : 'old'} serves | lost ${served.lost} of ${served.sent}${served.explained > 0 ? ` (${served.explained} by the fault)` : ''}${said === '' ? '' : ` | ${said}`}`;
}

async function deployed(scene: HostsScene, word: string): Promise<void> {
  await scene.says(word);
  await scene.stagecraft([0], 'deploy', '--yes');
}

/** After a violation the next cell finds hosts that serve, with nothing open. */
async function madeSound(scene: HostsScene, word: string): Promise<string> {
  for (const host of scene.hosts) {
    host.thaw();
    if (!host.on()) await host.boot();
    await host.exec(['sh', '-c', 'iptables --flush INPUT; rm -f /var/lib/docker/filler']);
    await host.mend().catch(() => undefined);
    await host.engine.thaw().catch(() => undefined);
    await host.engine.ready();
  }
  for (const how of ['--resume', '--abort']) if (await isOpen(scene)) await scene.stagecraft([0, 1, 2, 4, 5, 6], 'deploy', how, '--yes');
  await deployed(scene, word);
  return word;
}

/** Seeds and what was found are kept where a later look finds them. */
async function keep({ seed, quick }: CampaignSize, line: string): Promise<void> {
  // CI prints them, and leaves no file in the home folder.
  if (quick) return;
  const folder = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'stagecraft', 'campaigns');
  await mkdir(folder, { recursive: true });
  await appendFile(join(folder, `${seed}.log`), `${new Date().toISOString()} ${line}\n`);
}
