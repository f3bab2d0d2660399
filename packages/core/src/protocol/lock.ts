import { fail } from '../errors/index.js';
import { quote } from '../hosts/quote.js';
import { parseObject, readLock, readRecord, runFenced, runScript, takenFrom, type Place } from './host-script.js';
import { sessionId } from './ids.js';
import { heldBy, nameOf, takeMessage } from './locked.js';
import { exits } from './prelude.js';
import { recordWords } from './record-words.js';
import type { LockRecord, OpenRecord, Owner } from './types.js';

export interface TakeOver {
  /** Session that the lock must still name. */
  readonly expect: string;
  readonly owner: Owner;
  readonly operation: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** The new session; default: one made for it. Several hosts get the same. */
  readonly session?: string;
}

export interface WaitOptions {
  readonly signal?: AbortSignal;
  /** Called again and again while the step still runs. */
  readonly waiting?: () => void;
}

export interface AcquireOptions extends WaitOptions {
  /** The new session; default: one made for it. Several hosts get the same. */
  readonly session?: string;
}

/** The lock of one environment on one host. Every change is one script under flock of `lock.mutex` that compares the session first. */
export interface EnvironmentLock {
  readLock(): Promise<LockRecord | undefined>;
  /**
   * Takes the lock where it is free: absent, its operation closed, or left with no step running. A lock whose holder is proved dead is taken over when
   * nothing of that holder is open, or when it is this very operation; then it waits for the dead holder's step to end.
   * @throws StagecraftError `locked` (SC3000) that says who holds it; `user` (SC3003) when `operation` is closed already.
   */
  acquire(owner: Owner, operation: string, now: number, options?: AcquireOptions): Promise<{ readonly session: string }>;
  /** Says in which phase the holder is, and that it lives. @throws StagecraftError `locked` (SC3001) when another took over. */
  beat(session: string, phase: string): Promise<void>;
  /** Gives the lock back; where a step still runs it is marked left instead. Idempotent. @throws StagecraftError `locked` (SC3001). */
  release(session: string): Promise<'released' | 'left'>;
  leave(session: string): Promise<'released' | 'left'>;
  /** Writes a new session where the lock still names `expect`. Then `waitForStep`, and only then observe. @throws StagecraftError `locked` (SC3004) when it names another. */
  takeOver(take: TakeOver): Promise<{ readonly session: string }>;
  /** Waits until the flock on `step.lock` is free: whatever script ran before is proved dead. Journals a take-over that went before. */
  waitForStep(options?: WaitOptions): Promise<void>;
  /** A step's script, or something that it started, is alive. */
  stepRunning(): Promise<boolean>;
}

export function createLock(place: Place, isDead: (lock: LockRecord, here: Owner) => Promise<boolean>): EnvironmentLock {
  let taken: { readonly session: string; readonly operation: string; readonly message: string } | undefined;

  const lock: EnvironmentLock = {
    readLock: () => readLock(place),

    async acquire(owner, operation, now, options) {
      const session = options?.session ?? sessionId(place.clock);
      const record = line({ session, operation, owner, phase: 'begin', since: new Date(now).toISOString(), left: false });
      const [answer, more] = split(await runScript(place, acquireScript(operation, record), 'Taking the lock'));
      if (answer === 'won') return { session };
      if (answer === 'closed') throw fail({ code: 'SC3003', kind: 'user', message: `The operation ${operation} is closed: there is nothing to resume or abort.`, next: ['stagecraft status', 'stagecraft releases list'] });
      const [bootId, found] = split(more);
      // Where the line cannot be read as a lock, reading the file says so.
      const holder = parseObject<LockRecord>(found) ?? (await readLock(place));
      if (holder === undefined) return lock.acquire(owner, operation, now, options);
      const dead = wentWithTheHost(holder, bootId) || (await isDead(holder, owner));
      if (dead && (holder.operation === operation || (await nothingOpen(place, holder.operation)))) {
        const took = await lock.takeOver({ expect: holder.session, owner, operation, now, session });
        try {
          await lock.waitForStep(options);
        } catch (error) {
          await giveBack(place, took.session).catch(() => undefined);
          throw error;
        }
        return took;
      }
      throw heldBy(holder, now, dead);
    },

    async beat(session, phase) {
      const record = await mine(place, session);
      await change(place, session, `save "$E/lock" ${quote(line({ ...record, phase }))} || exit ${exits.full}`, 'Renewing the lock');
    },

    release: (session) => giveBack(place, session),
    leave: (session) => giveBack(place, session),

    async takeOver({ expect, owner, operation, now, session = sessionId(place.clock) }) {
      const before = await readLock(place);
      const record = line({ session, operation, owner, phase: before?.phase ?? 'begin', since: new Date(now).toISOString(), left: false });
      const script = `take_mutex\nS=${quote(expect)}\nfence || { printf 'changed\\n'; exit 0; }\n${readBoot}\nsave "$E/lock" ${withBoot(record)} || exit ${exits.full}\nprintf 'won\\n'`;
      const [answer] = split(await runScript(place, script, 'Taking over the lock'));
      if (answer !== 'won') {
        const holder = await readLock(place);
        throw fail({ code: 'SC3004', kind: 'locked', message: `The lock is not ${expect}'s any more${holder ? `: ${nameOf(holder.owner)} holds it as ${holder.session}` : ': it was released'}.`, next: ['stagecraft lock status'] });
      }
      taken = { session, operation, message: takeMessage(before?.owner, expect, owner) };
      return { session };
    },

    async waitForStep(options = {}) {
      for (;;) {
        const [answer] = split(await runScript(place, `take_step 1 && printf 'free\\n' || printf 'busy\\n'`, 'Waiting for the running step', options.signal ? { signal: options.signal } : {}));
        if (answer === 'free') break;
        options.waiting?.();
      }
      if (taken === undefined) return;
      const { session, operation, message } = taken;
      taken = undefined;
      await runFenced(place, session, `now\nappend ${recordWords({ type: 'take', operation, session, message })} || exit ${exits.full}`, 'Writing the journal');
    },

    async stepRunning() {
      const [answer] = split(await runScript(place, `if [ ! -e "$E/step.lock" ] || step_free; then printf 'free\\n'; else printf 'busy\\n'; fi`, 'Looking at the running step'));
      return answer === 'busy';
    },
  };
  return lock;
}

function acquireScript(operation: string, record: string): string {
  return `take_mutex
O=${quote(operation)}
${readBoot}
if [ -e "$E/lock" ]; then
  first_line "$E/lock"; h=$l
  op=\${h#*'"operation":"'}; op=\${op%%'"'*}
  free=
  ! closed "$op" || free=1
  case $h in *'"left":true}') ! step_free || free=1 ;; esac
  [ -n "$free" ] || { printf 'held\\n%s\\n%s\\n' "$boot" "$h"; exit 0; }
fi
! closed "$O" || { printf 'closed\\n'; exit 0; }
save "$E/lock" ${withBoot(record)} || exit ${exits.full}
printf 'won\\n'`;
}

async function giveBack(place: Place, session: string): Promise<'released' | 'left'> {
  const record = await readLock(place);
  if (record === undefined) return 'released';
  if (record.session !== session) throw await takenFrom(place, session);
  // A script publishes its exit file an instant before it ends and frees the flock.
  const script = `if step_free -w 1; then rm -f "$E/lock" && sync "$E" && printf 'released\\n'; else save "$E/lock" ${quote(line({ ...record, left: true }))} && printf 'left\\n'; fi || exit ${exits.full}`;
  return split(await change(place, session, script, 'Releasing the lock'))[0] === 'left' ? 'left' : 'released';
}

async function change(place: Place, session: string, body: string, what: string): Promise<string> {
  const output = await runScript(place, `take_mutex\nS=${quote(session)}\nfence || { printf 'fenced\\n'; exit 0; }\n${body}`, what);
  if (split(output)[0] === 'fenced') throw await takenFrom(place, session);
  return output;
}

async function mine(place: Place, session: string): Promise<LockRecord> {
  const record = await readLock(place);
  if (record?.session !== session) throw await takenFrom(place, session);
  return record;
}

async function nothingOpen(place: Place, operation: string): Promise<boolean> {
  return (await readRecord<OpenRecord>(place, 'open.json', (open) => typeof open.operation === 'string'))?.operation !== operation;
}

/**
 * The holder ran on the host itself, as the two boot ids of its time say, and the host has booted since: nothing that ran then lives. The boot id of an
 * operator elsewhere says nothing of that kind.
 */
function wentWithTheHost(lock: LockRecord, bootId: string): boolean {
  const { hostBootId = '' } = lock;
  return hostBootId !== '' && lock.owner.bootId === hostBootId && bootId !== '' && bootId !== hostBootId;
}

const readBoot = 'boot=; IFS= read -r boot 2>/dev/null </proc/sys/kernel/random/boot_id || :';

/** The record as a word of the script, which puts the host's boot id in. */
function withBoot(record: string): string {
  const end = record.lastIndexOf('"hostBootId":""') + '"hostBootId":"'.length;
  return `${quote(record.slice(0, end))}"$boot"${quote(record.slice(end))}`;
}

/** Scripts compare by the text: session first, then operation; `left` last. */
function line(lock: LockRecord): string {
  const { session, operation, owner, phase, since, hostBootId = '', left } = lock;
  return JSON.stringify({ session, operation, owner, phase, since, hostBootId, left });
}

function split(output: string): [string, string] {
  const end = output.indexOf('\n');
  return end < 0 ? [output, ''] : [output.slice(0, end), output.slice(end + 1).trimEnd()];
}
