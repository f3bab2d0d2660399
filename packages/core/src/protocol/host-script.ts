import { fail } from '../errors/index.js';
import { quote } from '../hosts/quote.js';
import type { Scope } from '../hosts/scope.js';
import type { ExecResult, HostFiles } from '../plugin-api/host.js';
import type { Clock } from '../ports/clock.js';
import type { Shell } from '../ports/shell.js';
import { broken } from './journal.js';
import { takenOver, takerIn } from './locked.js';
import { exits, prelude } from './prelude.js';
import type { JournalRecord, LockRecord } from './types.js';

/** Where a store works: one host, one environment. */
export interface Place {
  readonly shell: Shell;
  readonly scope: Scope;
  readonly clock: Clock;
  readonly files: HostFiles;
}

export interface ScriptOptions {
  readonly stdin?: string;
  readonly signal?: AbortSignal;
  /** It only reads: it is sent again when the connection breaks. */
  readonly again?: boolean;
  /** Characters of its output that are kept; default ten million. */
  readonly keep?: number;
}

/** Runs a script of ours on the host and gives what it printed. @throws StagecraftError `external` when it could not do its work. */
export async function runScript(place: Place, body: string, what: string, options: ScriptOptions = {}): Promise<string> {
  return outputOf(place, await place.shell.run(`${prelude(place.scope)}${body}`, { timeoutMs: 120_000, ...options }), what);
}

/** The same, as the holder of the lock: under `step.lock`, after comparing the session. @throws StagecraftError `locked` when another took over. */
export async function runFenced(place: Place, session: string, body: string, what: string, options: ScriptOptions = {}): Promise<string> {
  const fence = `take_step 30 || die ${exits.busy} step.lock\nfence || exit ${exits.fenced}\n`;
  const result = await place.shell.run(`${prelude(place.scope, session)}${fence}${body}`, { timeoutMs: 120_000, ...options });
  if (result.exitCode === exits.fenced) throw await takenFrom(place, session);
  return outputOf(place, result, what);
}

/** Why a holder that comes back is refused: who took its lock, by the journal; where that does not tell, who has it now. */
export async function takenFrom(place: Place, session: string): Promise<Error> {
  const journal = (await place.files.read(`${place.scope.folder}/journal.ndjson`)) ?? '';
  const line = journal.split('\n').findLast((text) => text.includes('"type":"take"') && text.includes(`, session ${session}, by `));
  const by = takerIn(parseObject<JournalRecord>(line ?? '')?.message ?? '');
  return takenOver(by ?? (await readLock(place)));
}

/** Who acts now. @throws StagecraftError `external` when the file cannot be read as a lock. */
export async function readLock(place: Place): Promise<LockRecord | undefined> {
  return readRecord<LockRecord>(place, 'lock', (lock) => typeof lock.session === 'string' && typeof lock.operation === 'string' && typeof lock.owner === 'object');
}

/** A one-line JSON record of the environment's folder. Undefined where there is none. */
export async function readRecord<T>(place: Place, name: string, valid: (record: T) => boolean): Promise<T | undefined> {
  const path = `${place.scope.folder}/${name}`;
  const text = await place.files.read(path);
  if (text === undefined) return undefined;
  const record = parseObject<T>(text);
  if (record !== undefined && valid(record)) return record;
  throw fail({
    code: 'SC3013',
    kind: 'external',
    message: `${path} cannot be read: it is damaged or was edited. It is left as it is.`,
    next: [`Look at it (cat ${quote(path)}), restore it or move it aside, then run the command again.`],
  });
}

export function parseObject<T>(text: string): T | undefined {
  try {
    const data: unknown = JSON.parse(text);
    return typeof data === 'object' && data !== null ? (data as T) : undefined;
  } catch {
    return undefined;
  }
}

function outputOf(place: Place, result: ExecResult, what: string): string {
  if (result.exitCode === 0) return result.stdout;
  const said = result.stderr.trim().split('\n').slice(-5);
  const last = said.at(-1) ?? '';
  if (result.exitCode === exits.lacking) throw lacks(last);
  if (result.exitCode === exits.busy) {
    throw fail({
      code: 'SC3005',
      kind: 'locked',
      message: last === 'step.lock' ? `A step of an earlier command still runs in ${place.scope.folder}; ${what} has to wait for its end.` : `${place.scope.folder}/${last} is held by another command for more than 30 s.`,
      next: ['stagecraft lock status', 'Run the command again in a while.'],
    });
  }
  if (result.exitCode === exits.notOurs) {
    throw fail({ code: 'SC3016', kind: 'user', message: `The state folder is not used: ${last}.`, next: [`ls -ld ${quote(place.scope.root)} ${quote(place.scope.folder)}`, 'Make it a folder of your own, or set STAGECRAFT_HOST_DIR to another one.'] });
  }
  if (said.some((line) => line.includes('journal.ndjson is no record'))) throw broken(`${place.scope.folder}/journal.ndjson`, 'its last line is not a journal record');
  const { because, code, next } = reasonOf(said, result.exitCode, place);
  throw fail({
    code,
    kind: 'external',
    message: `${what} in ${place.scope.folder} failed${because}: ${last === '' ? `exit code ${result.exitCode}` : last}. What was there before is unharmed.`,
    next,
    tail: said,
  });
}

/** The shell says "I/O error" of a full disk too; coreutils says what the kernel said. */
function reasonOf(said: readonly string[], exitCode: number, place: Place): { readonly because: string; readonly code: string; readonly next: readonly string[] } {
  const text = said.join('\n');
  if (/input\/output error/i.test(text)) return { because: ', because its disk fails', code: 'SC3020', next: ['Look at the disk: dmesg | tail', 'Put the state folder on a sound one, or run the command again.'] };
  const named = /permission denied|not permitted|read-only file system|too many open files/i.test(text);
  if (/no space left|disk quota|I\/O error/i.test(text) || (exitCode === exits.full && !named)) {
    return { because: ', most likely because its disk is full', code: 'SC3021', next: [`df -h ${quote(place.scope.root)}`, 'Free some space and run the command again.'] };
  }
  return { because: '', code: 'SC3020', next: [`ls -l ${quote(place.scope.folder)}`, 'Check the folder and its owner, then run the command again.'] };
}

export function lacks(tool: string): Error {
  const mac = process.platform === 'darwin' && (tool === 'flock' || tool === 'setsid');
  return fail({
    code: 'SC3022',
    kind: 'external',
    message: `The program ${tool} is not there, and steps cannot be made safe without it.${mac ? ' macOS does not bring it: deploys from this machine to its own engine are not possible yet.' : ''}`,
    next: mac ? ['Deploy to a Linux host, or run stagecraft in a Linux machine or container.'] : [tool === 'flock' || tool === 'setsid' ? `Install util-linux, which brings ${tool}.` : `Install coreutils, which brings ${tool}.`],
  });
}
