import { setTimeout as sleep } from 'node:timers/promises';
import type { TestHost } from '@stagecraft-tools/hosts';
import { must } from '../../point.js';
import type { Stage } from '../../stage.js';
import type { HostsScene } from '../scene.js';
import { begin, type Begun } from '../story.js';
import type { Course } from './courses.js';
import { plainCodes, type Fault } from './faults.js';
import { watched, type Served } from './load.js';
import { isOpen, journalsOf, releasesOf, sound } from './oracle.js';

/** One fault at one moment of one command, on one of the hosts. */
export interface Cell {
  readonly fault: Fault;
  readonly moment: string;
  readonly course: Course;
  /** Its index. */
  readonly host: number;
}

export interface Row {
  readonly served: Served;
  /** The moment came. */
  readonly met: boolean;
  readonly code: number;
  readonly seconds: number;
  /** What it said of itself, where that is not all. */
  readonly said: string;
  /** What all hosts say in the end. */
  readonly word: string;
}

/** No command may take longer, whatever hangs. */
const ENDS_WITHIN = 480_000;

/** @throws Error for the first thing that is not as it must be. */
export async function play(stage: Stage, scene: HostsScene, cell: Cell, words: { readonly next: string; readonly serving: string }): Promise<Row> {
  const { fault, course } = cell;
  const host = scene.hosts[cell.host];
  must(host, 'three hosts');
  const before = await journalsOf(scene);
  const load = await watched(scene.hosts, scene.urlOf);
  let served: Served | undefined;
  try {
    const { completed, returned, args } = await course.prepare(stage, scene, words.next, words.serving);
    const operator = begin(stage, scene, [...args, '--json-events']);
    const met = await came(operator, patternOf(cell.moment, host));
    const from = Date.now();
    const relief = met ? await fault.strike({ scene, host, operator }) : undefined;
    const code = await inTime(operator);
    const seconds = Math.round((Date.now() - from) / 1000);
    await relief?.();
    await upAgain(scene);
    const to = Date.now();
    const said = `exit code ${code} after ${seconds} s: ${lines(operator)}`;
    must(!met || (fault.codes ?? plainCodes).includes(code), said);
    must(!/\n\s+at .+:\d+:\d+/.test(operator.printed()), `a stack was shown. ${said}`);
    await saysTheTruth(scene, course, code, said);
    for (let turn = 0; await isOpen(scene); turn += 1) {
      must(turn < 4, `it does not come to its end. ${said}`);
      const ran = await scene.stagecraft([0, 1, 4], ...course.again);
      must(ran.exitCode !== 1 || /nothing to (resume|abort)/.test(ran.all), `${course.again.join(' ')}: exit code 1: ${ran.all.slice(-1200)}`);
    }
    const word = await sound(scene, before, [completed, returned], operator.printed().includes('cleaning up after it is not'));
    served = await load.stop(met && fault.dark ? { host, from, to } : undefined);
    must(served.lost === 0, `${served.lost} of ${served.sent} requests were lost where a release could serve: ${served.kinds}`);
    return { served, met, code, seconds, said: messageOf(operator), word };
  } finally {
    if (!served) await load.stop();
  }
}

function patternOf(moment: string, host: TestHost): RegExp {
  if (moment === 'open') return /"code":"SC3206"/;
  if (moment === 'decision') return /"code":"SC3205"/;
  if (moment === 'finalize') return /"phase":"finalize"[^\n]*"status":"running"/;
  return new RegExp(`"id":"${host.address}/web/${moment}"[^\\n]*"status":"(running|undoing)"`);
}

/** Waits for it; false where the command ended before. */
async function came(operator: Begun, pattern: RegExp): Promise<boolean> {
  let over = false;
  void operator.ended.then(() => (over = true));
  while (!over && !pattern.test(operator.printed())) await sleep(10);
  return !over;
}

async function inTime(operator: Begun): Promise<number> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => (timer = setTimeout(() => (operator.kill('SIGKILL'), reject(new Error(`the command has not ended ${ENDS_WITHIN / 1000} s after the fault: ${lines(operator)}`))), ENDS_WITHIN)));
  return Promise.race([operator.ended, late]).finally(() => clearTimeout(timer));
}

/** Every engine answers, nothing is starting, and every proxy serves. @throws Error where one does not within two minutes. */
async function upAgain(scene: HostsScene): Promise<void> {
  let [good, last] = [0, ''];
  for (const until = Date.now() + 120_000; good < 5; await sleep(200)) {
    must(Date.now() < until, `not all hosts serve again: ${last}`);
    const starting = await Promise.all(scene.hosts.map(async (host) => (await host.exec(['timeout', '5', 'docker', 'ps', '-q', '--filter', 'health=starting'])).stdout.trim()));
    const answers = await scene.answers();
    last = answers.join(', ');
    good = answers.every((answer) => /^w\d+$/.test(answer)) && starting.every((ids) => ids === '') ? good + 1 : 0;
  }
}

async function saysTheTruth(scene: HostsScene, course: Course, code: number, said: string): Promise<void> {
  if (code !== 0 && code !== 4) return;
  const [newest] = await releasesOf(scene);
  must(!(await isOpen(scene)), `${code} is not true: an operation is open. ${said}`);
  const outcome = code === 4 || course.name === 'abort' ? 'returned' : 'completed';
  must(newest?.outcome === outcome, `${code} is not true: the release is ${newest?.outcome}. ${said}`);
}

/** The message of its error. */
function messageOf(operator: Begun): string {
  return /"code":"(SC\d{4})",(?:"kind":"\w+",)?"message":"([^"]{0,300})/.exec(operator.printed().trim().split('\n').at(-1) ?? '')?.slice(1).join(' ') ?? '';
}

/** The end of what it printed, without what is told of every step. */
function lines(operator: Begun): string {
  return operator.printed().trim().split('\n').filter((line) => !/"code":"SC(3202|3203|4250|4251)"/.test(line)).slice(-4).map((line) => line.slice(0, 900)).join('\n');
}
