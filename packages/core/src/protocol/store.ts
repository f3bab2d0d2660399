import { fail } from '../errors/index.js';
import type { HostFiles } from '../plugin-api/host.js';
import { quote } from '../hosts/quote.js';
import type { Scope } from '../hosts/scope.js';
import type { Clock } from '../ports/clock.js';
import type { Shell } from '../ports/shell.js';
import { noteCopied, setAside } from './adopt-host.js';
import { checkHost, prepareHost, readHostRecord, type HostCheck } from './host-record.js';
import { readRecord, runFenced, runScript, type Place } from './host-script.js';
import { emptyJournal, genesis, verifyJournal, type Journal } from './journal.js';
import { createLock, type EnvironmentLock } from './lock.js';
import { holderIsDead } from './owner.js';
import { putMembers, readMembers, type Members } from './members.js';
import { exits } from './prelude.js';
import { recordWords, type NewRecord } from './record-words.js';
import { createReleases, releaseLine, type Releases } from './releases.js';
import { attachToRun, runStepScript, type RunName, type RunOptions } from './step-run.js';
import type { Decision, HostRecord, JournalRecord, LockRecord, OpenRecord, Owner, ReleaseRecord, StepOutcome, StepScript } from './types.js';
import { uploadScript } from './upload.js';

/**
 * The state of one environment on one host. Every change is one script on the host, crash-safe and fenced by the lock's session; reads are plain. After a
 * crash at any instant everything may be called again.
 */
export interface EnvironmentStore extends EnvironmentLock, Releases {
  /** Makes folders and identity. Idempotent. */
  prepare(): Promise<HostRecord>;
  /** The host's identity; undefined where it was never used. */
  readIdentity(): Promise<string | undefined>;
  /** Boot id of the host now; '' where it has none. */
  bootId(): Promise<string>;
  /** Proves what the protocol needs of the host. @param needBytes free space to ask for; default 64 MiB. */
  checkHost(needBytes?: number): Promise<HostCheck>;
  /** The environment's key for digests of secrets, hex; made once. @param peers that of another of its hosts, for one that has none. */
  key(peers?: string): Promise<string>;
  readKey(): Promise<string | undefined>;
  readOpen(): Promise<OpenRecord | undefined>;
  /** Says what is unfinished from now on. Idempotent. @throws StagecraftError `locked` (SC3002) when another operation is open. */
  open(session: string, record: OpenRecord): Promise<void>;
  /**
   * Writes the closed record, with this host's identity and journal head, then takes the operation off. Idempotent: what was closed stays as it is.
   * @returns the record as it is on the host.
   */
  close(session: string, release: ReleaseRecord): Promise<ReleaseRecord>;
  /** Publishes the decision once; the first one wins and is returned. @throws StagecraftError `user` (SC3003) when the operation is not open. */
  decide(session: string, operation: string, decision: Decision): Promise<Decision>;
  readDecision(operation: string): Promise<Decision | undefined>;
  /** Changes what is said of the open operation: its hosts, when one is forgotten. @throws StagecraftError `user` (SC3003) when it is not open. */
  amend(session: string, record: OpenRecord): Promise<void>;
  /** Which hosts take part; undefined: those of the config. */
  readMembers(): Promise<Members | undefined>;
  /** Says which hosts take part from now on. Nothing happens where as much or more is known. */
  putMembers(session: string, operation: string, members: Members, message: string): Promise<void>;
  /** Sets the host's own history aside, for it to begin anew. @returns where it lies; undefined: there was none. */
  setAside(session: string, operation: string, key: boolean): Promise<string | undefined>;
  /** Says which releases were copied from other hosts. */
  noteCopied(session: string, operation: string, copied: readonly { readonly release: string; readonly digest: string }[]): Promise<void>;
  /** Digests of all records of the journal, as closed records of others may name them. */
  heads(): Promise<ReadonlySet<string>>;
  /** The host as closed records of others name it. */
  witness(): Promise<{ readonly identity: string; readonly head: string }>;
  /** All acknowledged records. @throws StagecraftError `external` (SC3010) when the chain is broken. */
  readJournal(): Promise<readonly JournalRecord[]>;
  note(session: string, record: Omit<NewRecord, 'session'>): Promise<void>;
  /** Runs a step. See `runStepScript`. */
  run(session: string, script: StepScript, options?: RunOptions): Promise<StepOutcome>;
  /** Watches a run that was begun before, perhaps by another process. */
  attach(run: RunName, options?: RunOptions): Promise<StepOutcome>;
}

export interface StoreSetup {
  readonly shell: Shell;
  readonly scope: Scope;
  readonly clock: Clock;
  /** Reads of the host; polled while a step runs. */
  readonly files: HostFiles;
  /** Name of the host in closed records; default `local`. */
  readonly host?: string;
  /** Default: by `/proc` of this machine. */
  readonly holderIsDead?: (lock: LockRecord, here: Owner) => Promise<boolean>;
}

export function createStore(setup: StoreSetup): EnvironmentStore {
  const place: Place = setup;
  const path = `${setup.scope.folder}/journal.ndjson`;
  let known: { readonly text: string; readonly journal: Journal } = { text: '', journal: emptyJournal };

  const readChain = async (): Promise<Journal> => {
    const text = (await place.files.read(path)) ?? '';
    // Journals only grow: what was verified is compared, not verified again.
    const before = text.startsWith(known.text.slice(0, known.journal.length)) ? known.journal : emptyJournal;
    known = { text, journal: verifyJournal(text, path, before) };
    return known.journal;
  };

  return {
    ...createLock(place, setup.holderIsDead ?? holderIsDead),
    ...createReleases(place, readChain),
    prepare: () => prepareHost(place),
    readIdentity: async () => (await readHostRecord(place))?.identity,
    bootId: async () => (await place.files.read('/proc/sys/kernel/random/boot_id'))?.trim() ?? '',
    checkHost: (needBytes = 64 * 1024 * 1024) => checkHost(place, needBytes),
    key: async (peers) => (await readKey(place)) ?? makeKey(place, peers ?? place.clock.random(32)),
    readKey: () => readKey(place),
    readOpen: () => readOpen(place),
    open: (session, record) => open(place, session, record),
    close: (session, release) => close(place, session, release, setup.host ?? 'local', readChain),
    decide: (session, operation, decision) => decide(place, session, operation, decision),
    readDecision: (operation) => readDecision(place, operation),
    amend: (session, record) => amend(place, session, record),
    readMembers: () => readMembers(place),
    putMembers: (session, operation, members, message) => putMembers(place, session, operation, members, message),
    setAside: (session, operation, key) => setAside(place, session, operation, key),
    noteCopied: (session, operation, copied) => noteCopied(place, session, operation, copied),
    heads: async () => new Set((await readChain()).digests).add(genesis),
    witness: async () => ({ identity: (await readHostRecord(place))?.identity ?? '', head: (await readChain()).head }),
    readJournal: async () => (await readChain()).records,
    async note(session, record) {
      await runFenced(place, session, `now\nappend ${recordWords({ ...record, session })} || exit ${exits.full}`, 'Writing the journal');
    },
    run: (session, script, options) => runStepScript(place, session, script, options),
    attach: (run, options) => attachToRun(place, run, options),
  };
}

async function readKey(place: Place): Promise<string | undefined> {
  const text = (await place.files.read(`${place.scope.folder}/secrets/key`))?.trim();
  if (text === undefined || /^[0-9a-f]{64}$/.test(text)) return text;
  throw fail({ code: 'SC3015', kind: 'external', message: `The key in ${place.scope.folder}/secrets/key is damaged. It is left as it is.`, next: ['Restore it from a backup, or remove it: then every service with values is rolled once.'] });
}

/** Published by `ln`, so that two who make it at once agree on one. It comes on standard input: argv is visible to others. */
async function makeKey(place: Place, made: string): Promise<string> {
  const script = `take_mutex
t=$E/secrets/key.$$.stagecraft-temp
mkdir -p "$E/secrets" && cat >"$t" && [ "$(wc -c <"$t")" -eq 65 ] && sync "$t" || { rm -f "$t"; exit ${exits.full}; }
ln "$t" "$E/secrets/key" || [ -e "$E/secrets/key" ] || { rm -f "$t"; exit ${exits.full}; }
rm -f "$t"; sync "$E/secrets" "$E"`;
  await runScript(place, script, "Making the environment's key", { stdin: `${made}\n` });
  const key = await readKey(place);
  if (key === undefined) throw fail({ code: 'SC3015', kind: 'external', message: `The key in ${place.scope.folder}/secrets is gone as soon as it was made.`, next: ['Run the command again.'] });
  return key;
}

function readOpen(place: Place): Promise<OpenRecord | undefined> {
  return readRecord<OpenRecord>(place, 'open.json', (record) => typeof record.operation === 'string' && typeof record.release === 'string');
}

async function open(place: Place, session: string, record: OpenRecord): Promise<void> {
  const { operation, ...rest } = record;
  const script = `O=${quote(operation)}
first_line "$E/open.json"
case $l in
  '') ;;
  '{"operation":"'"$O"'",'*) printf 'open\\n'; exit 0 ;;
  *) printf 'other\\n'; exit 0 ;;
esac
! closed "$O" || { printf 'closed\\n'; exit 0; }
# A decision of an operation that is closed: its close was cut off before the last line.
rm -f "$E/decision" || exit 1
save "$E/open.json" ${quote(JSON.stringify({ operation, ...rest }))} || exit ${exits.full}
now
append ${recordWords({ type: 'open', operation, session, message: `${record.kind} of ${record.release}, version ${record.version}`, result: { by: record.by, ...(record.scale ? { scale: Object.entries(record.scale).sort().map(([service, count]) => `${service}=${count}`).join(' ') } : {}) } })} || exit ${exits.full}
printf 'open\\n'`;
  const answer = (await runFenced(place, session, script, 'Opening the operation')).trim();
  if (answer === 'closed') throw notOpen(operation);
  if (answer === 'other') {
    const other = await readOpen(place);
    throw fail({ code: 'SC3002', kind: 'locked', message: `Another operation is open: ${other?.kind ?? 'deploy'} of ${other?.release ?? '?'}, begun ${other?.since ?? '?'} by ${other?.by ?? '?'}.`, next: ['stagecraft deploy --resume', 'stagecraft deploy --abort'] });
  }
}

async function amend(place: Place, session: string, record: OpenRecord): Promise<void> {
  const { operation, ...rest } = record;
  const script = `O=${quote(operation)} T=${quote(JSON.stringify({ operation, ...rest }))}
first_line "$E/open.json"
[ "$l" != "$T" ] || { printf 'open\\n'; exit 0; }
case $l in '{"operation":"'"$O"'",'*) ;; *) printf 'not-open\\n'; exit 0 ;; esac
now
append ${recordWords({ type: 'note', operation, session, message: `its hosts are ${record.hosts.join(', ')}${record.forgotten ? `, without ${record.forgotten.join(', ')}` : ''}` })} || exit ${exits.full}
save "$E/open.json" "$T" || exit ${exits.full}
printf 'open\\n'`;
  if ((await runFenced(place, session, script, 'Changing the open operation')).trim() !== 'open') throw notOpen(operation);
}

async function close(place: Place, session: string, release: ReleaseRecord, host: string, readChain: () => Promise<Journal>): Promise<ReleaseRecord> {
  const identity = (await readHostRecord(place))?.identity ?? '';
  for (let tries = 0; tries < 5; tries += 1) {
    const head = (await readChain()).head;
    const closed: ReleaseRecord = { ...release, hosts: { ...release.hosts, [host]: { identity, head } } };
    const { text, digest } = releaseLine(closed);
    const upload = uploadScript([{ path: `releases/${release.id}/release.json`, content: text, mode: 0o600 }]);
    const script = `O=${quote(release.operation)}
first_line "$E/open.json"
case $l in ''|'{"operation":"'"$O"'",'*) ;; *) printf 'other\\n'; exit 0 ;; esac
if [ ! -e "$J" ] || ! grep -qF '"type":"close","operation":"'"$O"'",' "$J"; then
  [ -n "$l" ] || { printf 'other\\n'; exit 0; }
  tip || exit 1
  [ "$prev" = ${head} ] || { printf 'moved\\n'; exit 0; }
  ${upload.script}
  now
  append ${recordWords({ type: 'close', operation: release.operation, session, message: release.outcome, result: { release: release.id, digest } })} || exit ${exits.full}
fi
# open.json first: a decision without it means nothing, it without its decision would be decided again.
rm -f "$E/open.json" && sync "$E" && rm -f "$E/decision" && sync "$E" || exit 1
printf 'closed\\n'`;
    const answer = (await runFenced(place, session, script, 'Closing the operation', { stdin: upload.stdin })).trim();
    if (answer === 'other') throw notOpen(release.operation);
    if (answer === 'closed') return (await readRecord<ReleaseRecord>(place, `releases/${release.id}/release.json`, (found) => found.id === release.id)) ?? closed;
  }
  throw fail({ code: 'SC3020', kind: 'external', message: `The journal in ${place.scope.folder} does not come to rest; ${release.id} was not closed.`, next: ['stagecraft deploy --resume'] });
}

async function decide(place: Place, session: string, operation: string, decision: Decision): Promise<Decision> {
  const script = `O=${quote(operation)}
first_line "$E/open.json"
case $l in '{"operation":"'"$O"'",'*) ;; *) printf 'not-open\\n'; exit 0 ;; esac
! grep -qsF '"type":"close","operation":"'"$O"'",' "$J" || { first_line "$E/decision"; [ -n "$l" ] || { printf 'not-open\\n'; exit 0; }; }
if [ ! -e "$E/decision" ]; then
  t=$E/decision.$$.stagecraft-temp
  printf '%s %s\\n' "$O" ${decision} >"$t" && sync "$t" || { rm -f "$t"; exit ${exits.full}; }
  ln "$t" "$E/decision" || [ -e "$E/decision" ] || { rm -f "$t"; exit ${exits.full}; }
  rm -f "$t"; sync "$E"
fi
first_line "$E/decision"
case $l in "$O commit"|"$O abort") d=\${l#"$O "} ;; *) printf 'unreadable\\n'; exit 0 ;; esac
grep -qsF '"type":"decision","operation":"'"$O"'",' "$J" || { now; append ${recordWords({ type: 'decision', operation, session, message: '@' }).replace('"message":"@"', `"message":"'"$d"'"`)} || exit ${exits.full}; }
printf '%s\\n' "$d"`;
  const answer = (await runFenced(place, session, script, 'Publishing the decision')).trim();
  if (answer === 'commit' || answer === 'abort') return answer;
  throw answer === 'not-open' ? notOpen(operation) : unreadableDecision(place);
}

/** A decision counts only for the operation that it names. */
async function readDecision(place: Place, operation: string): Promise<Decision | undefined> {
  const text = await place.files.read(`${place.scope.folder}/decision`);
  if (text === undefined) return undefined;
  const [, named, decision] = /^(\S+) (commit|abort)\n$/.exec(text) ?? [];
  if (named === undefined) throw unreadableDecision(place);
  return named === operation ? (decision as Decision) : undefined;
}

function notOpen(operation: string): Error {
  return fail({ code: 'SC3003', kind: 'user', message: `The operation ${operation} is not the open one any more.`, next: ['stagecraft status', 'stagecraft releases list'] });
}

function unreadableDecision(place: Place): Error {
  return fail({ code: 'SC3015', kind: 'external', message: `${place.scope.folder}/decision cannot be read: it is damaged or was edited. Nothing is decided without it.`, next: [`cat ${quote(`${place.scope.folder}/decision`)}`, 'Restore it from a backup.'] });
}
