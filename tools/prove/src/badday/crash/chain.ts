import { readFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { must } from '../../point.js';
import type { Ran } from '../../stage.js';
import type { Arena, Chosen, Faulty, Fault } from './arena.js';
import { acknowledged, chainOf, repeats } from './laws.js';
import { releasesOf, stateOf } from './state.js';

/** A command that is disturbed, and what brings it to its end. */
export interface Course {
  readonly name: string;
  /** What goes before, undisturbed. @returns what the application says when all is done. */
  prepare(arena: Arena): Promise<string>;
  /** The command, also where a crash came before it had begun anything. */
  first(arena: Arena): readonly string[];
  /** The commands that take it up, one after the other. */
  readonly again: readonly (readonly string[])[];
  /** Of its release, in the end. */
  readonly outcome: string;
  /** Exit codes that say that it came to its end. */
  readonly ends: readonly number[];
  /** Containers of each service that the whole of it creates. */
  readonly creates: Readonly<Record<string, number>>;
}

export interface Came {
  /** Points that came, each with what it did. */
  readonly points: readonly Chosen[];
  /** Points that were passed by: what they disturb was done already. */
  readonly passed: number;
  /** Command lines that were run. */
  readonly runs: number;
}

export interface Undisturbed {
  readonly instants: Faulty['instants'];
  readonly state: string;
}

/** The course without a fault: its instants, and where it ends. */
export async function undisturbed(arena: Arena, course: Course): Promise<Undisturbed> {
  const says = await course.prepare(arena);
  const ran = await arena.faulty(course.first(arena));
  must(course.ends.includes(ran.exitCode), `${course.name}, undisturbed: exit code ${ran.exitCode}: ${ran.all}`);
  return { instants: ran.instants, state: await stateOf(arena, says) };
}

/**
 * One operation in which the operator dies again and again: the command at the first instant, what takes it up at the next one, and so on; then it is let
 * go on to its end. @throws Error for whatever is not as it must be.
 */
export async function crashed(arena: Arena, course: Course, wanted: Undisturbed, chosen: readonly Chosen[]): Promise<Came> {
  const says = await course.prepare(arena);
  const since = Math.floor(Date.now() / 1000);
  const before = await releasesOf(arena);
  const points: Chosen[] = [];
  let [runs, passed, turn] = [0, 0, 0];
  let told = '';
  let journal = await journalOf(arena);
  const lines = chainOf(journal).length;
  const named = (point: Chosen): string => `${course.name}, ${point.how} at ${point.key} (${point.nth})`;
  const where = (): string => points.map(named).join(', then ');
  /** What to run now; undefined where it has come to its end. */
  const next = async (): Promise<readonly string[] | undefined> => {
    if (!existsSync(join(arena.state, 'open.json'))) await arena.scriptsEnded();
    if (existsSync(join(arena.state, 'open.json'))) return course.again[turn++ % course.again.length];
    const [newest] = await releasesOf(arena);
    // A crash before the operation was opened leaves nothing to take up, and what a script's death failed is done anew.
    return newest?.outcome === course.outcome && (newest.id !== before[0]?.id || before[0].outcome === 'open') ? undefined : course.first(arena);
  };

  for (const point of chosen) {
    const args = runs === 0 ? course.first(arena) : await next();
    if (!args) {
      passed += chosen.length - points.length - passed;
      break;
    }
    const ran = await arena.faulty(args, point);
    runs += 1;
    told += ran.all;
    if (!ran.met) {
      passed += 1;
      must(ended(course, ran), `${where()}: ${args.join(' ')}: exit code ${ran.exitCode}: ${ran.all}`);
      continue;
    }
    points.push(point);
    if (kills(point.how)) must(ran.exitCode === 137, `${where()}: the operator was to be killed, its exit code is ${ran.exitCode}: ${ran.all}`);
    else await saysTheTruth(arena, course, ran, where());
    journal = await heldAgainst(arena, journal, where());
  }

  for (let args = await next(); args; args = await next()) {
    must(runs < chosen.length + 5, `${where()}: it does not come to its end`);
    const ran = await arena.run(args);
    runs += 1;
    must(ended(course, ran), `${where()}: ${args.join(' ')}: exit code ${ran.exitCode}: ${ran.all}`);
  }
  const text = await heldAgainst(arena, journal, where());
  const again = repeats(chainOf(text));
  must(again.length === 0, `${where()}: repeated without a probe: ${again.join('; ')}`);
  // Cleaning up after a release may fail and only be told; the next operation does it, and its end is looked at.
  const cleaned = (await releasesOf(arena))[0]?.phases.finalize.status !== 'failed';
  must(cleaned || told.includes('cleaning up after it is not'), `${where()}: finalize failed, and nobody was told: ${told}`);
  if (cleaned) await sameState(arena, says, wanted.state, where());
  // A script that died alone may fail its operation; the next one makes containers of its own.
  const operations = new Set(chainOf(text).slice(lines).map(({ operation }) => operation)).size;
  await oncePerOperation(arena, course, since, operations, where());

  const second = await arena.run(['deploy', '--resume', '--yes']);
  must(second.exitCode === 1 && /nothing to resume/.test(second.all), `${where()}: a second resume: exit code ${second.exitCode}: ${second.all}`);
  must((await journalOf(arena)) === text, `${where()}: a second resume wrote to the journal`);
  if (cleaned) await sameState(arena, says, wanted.state, where());
  const cache = await readFile(join(arena.stage.folder, 'project/.stagecraft/releases.json'), 'utf8');
  must((JSON.parse(cache) as { readonly format: number }).format === 1, `${where()}: the project's cache is ${cache.slice(0, 80)}`);
  return { points, passed, runs: runs + 1 };
}

/** A script that ran on when its operator died may close the operation a moment before it is taken up. */
function ended(course: Course, ran: Ran): boolean {
  return course.ends.includes(ran.exitCode) || (ran.exitCode === 1 && ran.stderr.includes('there is nothing to resume or abort'));
}

function kills(how: Fault): boolean {
  return how === 'operator' || how === 'tree' || how === 'torn';
}

/** An operator that lived ends with a clear error and an exit code that is true of what lies on the host. */
async function saysTheTruth(arena: Arena, course: Course, ran: Ran, where: string): Promise<void> {
  const said = `${where}: exit code ${ran.exitCode}: ${ran.all}`;
  const [newest] = await releasesOf(arena);
  const open = existsSync(join(arena.state, 'open.json'));
  must([0, 1, 2, 4, 5].includes(ran.exitCode), `no exit code for this. ${said}`);
  must(!/\n\s+at .+:\d+:\d+/.test(ran.stderr), `a stack was shown. ${said}`);
  if (ran.exitCode === 0) return must(!open && newest?.outcome === course.outcome, `0 is not true: ${newest?.outcome}, ${open ? 'open' : 'closed'}. ${said}`);
  // What another run had decided, and this one carried out, is its result and no error of its own.
  if (ran.exitCode === 4 && !open && newest?.outcome === 'returned' && /every touched host is back on the prior release/.test(ran.stdout)) return;
  must(/\berror\b[^]+\bSC\d{4}\b/.test(ran.stderr), `no clear error. ${said}`);
  must(/\n {4}[^\s|]/.test(ran.stderr), `nothing to do next. ${said}`);
  if (ran.exitCode === 4) must(!open && newest?.outcome === 'returned', `4 is not true: ${newest?.outcome}, ${open ? 'open' : 'closed'}. ${said}`);
  if (ran.exitCode === 5) must(open, `5 is not true: nothing is open. ${said}`);
}

async function sameState(arena: Arena, says: string, wanted: string, where: string): Promise<void> {
  const state = (await stateOf(arena, says)).split('\n');
  const lines = wanted.split('\n');
  const [extra, missing] = [state.filter((line) => !lines.includes(line)), lines.filter((line) => !state.includes(line))];
  must(state.join('\n') === wanted, `${where}: the end is not that of an undisturbed run. There is\n  ${extra.join('\n  ')}\ninstead of\n  ${missing.join('\n  ')}`);
}

/** The journal, whole, and with everything that it held before. */
async function heldAgainst(arena: Arena, before: string, where: string): Promise<string> {
  const text = acknowledged(await journalOf(arena));
  must(text.startsWith(acknowledged(before)), `${where}: the journal has lost what was acknowledged`);
  chainOf(text);
  return text;
}

async function journalOf(arena: Arena): Promise<string> {
  return readFile(join(arena.state, 'journal.ndjson'), 'utf8').catch(() => '');
}

/** What the engine itself says: each service's container was made once, and the job ran once. */
async function oncePerOperation(arena: Arena, course: Course, since: number, operations: number, where: string): Promise<void> {
  const text = await arena.stage.docker(['events', '--since', String(since), '--until', String(Math.ceil(Date.now() / 1000) + 1), '--filter', `label=com.docker.compose.project=${arena.composeProject}`, '--filter', 'event=create', '--filter', 'event=start', '--format', '{{.Action}} {{index .Actor.Attributes "com.docker.compose.service"}}']);
  const count = (what: string): number => text.split('\n').filter((line) => line === what).length;
  for (const [service, most] of Object.entries(course.creates)) {
    const made = count(`create ${service}`);
    must(made <= most * operations, `${where}: ${made} containers of ${service} were made by ${operations} operations`);
  }
  must(count('start job') <= (course.creates['job'] ?? 0) * operations, `${where}: the job ran ${count('start job')} times in ${operations} operations`);
}
