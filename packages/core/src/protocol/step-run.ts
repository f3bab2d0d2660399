import { fail } from '../errors/index.js';
import { quote } from '../hosts/quote.js';
import { parseObject, runScript, takenFrom, type Place } from './host-script.js';
import { stepScript } from './step-script.js';
import type { StepOutcome, StepScript } from './types.js';

export interface RunOptions {
  /** Stops the watching, not the script: it is left running, and whoever comes next attaches or probes. */
  readonly signal?: AbortSignal;
  /** Lines of the script's output as they come. */
  readonly onLine?: (line: string) => void;
}

/** Which run of a step: enough to find it again from another machine. */
export type RunName = Pick<StepScript, 'operation' | 'step' | 'direction' | 'attempt'> & { readonly session: string };

/**
 * Runs a step's script: fenced, journalled before and after, in a session of its own, so that it outlives us.
 * @throws StagecraftError `locked` when another took over (nothing was done), `external` when the intent could not be written (nothing was done),
 * `interrupted` when the signal came (the script runs on).
 */
export async function runStepScript(place: Place, session: string, script: StepScript, options: RunOptions = {}): Promise<StepOutcome> {
  const name: RunName = { ...script, session };
  const folder = runFolder(place, name);
  const parent = folder.slice(0, folder.lastIndexOf('/'));
  // The folder is made once: a run is never repeated under the same name.
  await runScript(place, `mkdir -p ${quote(parent)} && mkdir ${quote(folder)} && cat >${quote(`${folder}/script`)}`, `Writing the script of ${script.step}`, { stdin: stepScript(place.scope, session, script, folder) });
  if (options.signal?.aborted) throw interrupted(script.step);
  await place.shell.start(`${folder}/script`);
  return attachToRun(place, name, options);
}

/** Watches a run to its end, also one that another process began. */
export async function attachToRun(place: Place, name: RunName, options: RunOptions = {}): Promise<StepOutcome> {
  const folder = runFolder(place, name);
  const log = options.onLine && logReader(place, `${folder}/log`, options.onLine);
  const begun = place.clock.now();
  let looked = begun;
  let read = begun;
  for (let polls = 0; ; polls += 1) {
    const text = await exitOf(place, folder);
    if (text?.endsWith('\n')) {
      const exit = parseObject<Exit>(text);
      await log?.();
      return outcomeOf(place, name, folder, exit);
    }
    const now = place.clock.now();
    if (now - read > 250) {
      await log?.();
      read = place.clock.now();
    }
    if (now - looked > 1_000) {
      const gone = await whyGone(place, folder, now - begun > notBegunMs);
      if (gone !== undefined) {
        // It may have ended between the two looks.
        if (!(await place.files.read(`${folder}/exit`))?.endsWith('\n')) {
          await log?.();
          return { state: 'unknown', reason: gone };
        }
        continue;
      }
      looked = place.clock.now();
    }
    await place.clock.sleep(polls < 20 ? 4 : now - begun < 5_000 ? 15 : 100, options.signal).catch(() => {
      throw interrupted(name.step);
    });
  }
}

/** What the run left at its end. Where a look is a journey to the host, the host looks again and again for half a second itself. */
function exitOf(place: Place, folder: string): Promise<string | undefined> {
  const file = `${folder}/exit`;
  if (place.files.readFrom !== undefined) return place.files.read(file);
  const script = `n=0; until [ -s ${quote(file)} ] || [ "$n" -ge 20 ]; do sleep 0.02; n=$((n + 1)); done; [ ! -s ${quote(file)} ] || cat ${quote(file)}`;
  return runScript(place, script, 'Waiting for the running step', { again: true });
}

/** `runs/<operation>/<step>/<direction>-<attempt>.<session>`: the session keeps two operators from ever writing into one folder. */
export function runFolder(place: Pick<Place, 'scope'>, name: RunName): string {
  return `${place.scope.folder}/runs/${segment(name.operation)}/${segment(name.step)}/${name.direction}-${name.attempt}.${segment(name.session)}`;
}

// `local/web/start` -> `local+web+start`: one folder a step.
function segment(text: string): string {
  const safe = text.replaceAll('/', '+').replace(/[^A-Za-z0-9_.+-]/g, (c) => `%${c.codePointAt(0)?.toString(16)}`);
  return safe.startsWith('.') ? `%2e${safe.slice(1)}` : safe;
}

type Exit =
  | { readonly state: 'done'; readonly exitCode: number; readonly bootId: string; readonly result?: Readonly<Record<string, string>> }
  | { readonly state: 'fenced' }
  | { readonly state: 'busy' }
  | { readonly state: 'refused' };

const notBegunMs = 10_000;

async function outcomeOf(place: Place, name: RunName, folder: string, exit: Exit | undefined): Promise<StepOutcome> {
  if (exit === undefined) return { state: 'unknown', reason: `its exit file cannot be read (${folder}/exit)` };
  if (exit.state === 'fenced') throw await takenFrom(place, name.session);
  if (exit.state === 'busy') throw fail({ code: 'SC3005', kind: 'locked', message: `A step of an earlier command still runs in ${place.scope.folder}; ${name.step} was not begun.`, next: ['stagecraft lock status', 'stagecraft deploy --resume'] });
  if (exit.state === 'refused') {
    throw fail({ code: 'SC3021', kind: 'external', message: `The step ${name.step} was not begun: its intent could not be written to ${place.scope.folder}/journal.ndjson, most likely because the disk is full.`, next: [`df -h ${quote(place.scope.root)}`, 'Free some space, then: stagecraft deploy --resume'] });
  }
  const { exitCode, bootId, result = {} } = exit;
  if (exitCode === 0) return { state: 'completed', result, bootId };
  if (exitCode === 124) return { state: 'unknown', reason: 'it took longer than its time and was ended' };
  const tail = await runScript(place, `[ ! -e ${quote(`${folder}/log`)} ] || tail -n 40 ${quote(`${folder}/log`)} | tail -c 16384`, `Reading the log of ${name.step}`);
  return { state: 'failed', exitCode, result, bootId, tail: tail.split('\n').filter((line) => line.trim() !== '') };
}

/** Takes `step.lock` to prove that the script is dead. A script that has not begun after ten seconds is forbidden to, under that lock. */
async function whyGone(place: Place, folder: string, cancel: boolean): Promise<string | undefined> {
  const script = `cd ${quote(folder)} || exit 1
exec 9>>"$E/step.lock"; flock -n 9 || { printf 'alive\\n'; exit 0; }
[ ! -e exit ] || { printf 'alive\\n'; exit 0; }
if [ -e begun ]; then printf 'dead\\n'
elif ${cancel ? ': >cancelled' : 'false'}; then printf 'never\\n'
else printf 'alive\\n'; fi`;
  const state = (await runScript(place, script, 'Looking at the running step')).trim();
  if (state === 'dead') return 'its script died without an outcome';
  return state === 'never' ? 'its script did not begin' : undefined;
}

/** Tells what came to the log since the last call, line by line; the last call takes an unfinished line too. */
function logReader(place: Place, path: string, onLine: (line: string) => void): () => Promise<void> {
  let offset = 0;
  return async () => {
    for (;;) {
      // Whole lines only, but for a line longer than the window.
      const text = await readWindow(place, path, offset);
      const end = text.length >= 200_000 && !text.includes('\n') ? text.length : text.lastIndexOf('\n') + 1;
      if (end === 0) return;
      offset += Buffer.byteLength(text.slice(0, end));
      for (const line of text.slice(0, end).replace(/\n$/, '').split('\n')) onLine(line);
      if (text.length < 200_000) return;
    }
  };
}

const windowBytes = 262_144;

// A script costs some milliseconds, and a log is looked at often: where this machine is the host its files are read.
async function readWindow(place: Place, path: string, offset: number): Promise<string> {
  const bytes = await place.files.readFrom?.(path, offset, windowBytes);
  if (bytes !== undefined) return Buffer.from(bytes).toString('utf8');
  return runScript(place, `[ ! -s ${quote(path)} ] || tail -c +${offset + 1} ${quote(path)} | head -c ${windowBytes}`, 'Reading the log');
}

function interrupted(step: string): Error {
  return fail({ code: 'SC3006', kind: 'interrupted', message: `The command was interrupted while ${step} ran; its script runs on, on the host.`, next: ['stagecraft deploy --resume', 'stagecraft deploy --abort'] });
}
