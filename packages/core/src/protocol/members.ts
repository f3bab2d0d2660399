import { quote } from '../hosts/quote.js';
import { readRecord, runFenced, type Place } from './host-script.js';
import { exits } from './prelude.js';
import { recordWords } from './record-words.js';

/** `members.json` of an environment's folder: hosts that are not what the config alone says. */
export interface Members {
  readonly format: 1;
  /** Grows with every change, given under the lock: of what several hosts say, the newest holds. */
  readonly turn: number;
  /** By name. */
  readonly hosts: Readonly<Record<string, Member>>;
}

export interface Member {
  /** `forgotten`: it never comes back, and takes part in nothing. `adopted`: it was another one or set back, and begins anew. */
  readonly is: 'forgotten' | 'adopted';
  /** Of a host that was adopted. */
  readonly identity?: string;
  /** The newest release of that moment: what was seen of the host up to it binds it no more. */
  readonly serial: number;
  readonly since: string;
  readonly by: string;
}

export const noMembers: Members = { format: 1, turn: 0, hosts: {} };

export async function readMembers(place: Place): Promise<Members | undefined> {
  return readRecord<Members>(place, 'members.json', (members) => typeof members.turn === 'number' && typeof members.hosts === 'object');
}

/** Puts it in place of what is there, and says so in the journal. Nothing happens where the host knows as much or more. */
export async function putMembers(place: Place, session: string, operation: string, members: Members, message: string): Promise<void> {
  const { format, turn, hosts } = members;
  const script = `first_line "$E/members.json"
known=\${l#'{"format":1,"turn":'}; known=\${known%%,*}
case $known in ''|*[!0-9]*) known=0 ;; esac
[ "$known" -lt ${turn} ] || exit 0
now
append ${recordWords({ type: 'note', operation, session, message, result: { members: String(turn) } })} || exit ${exits.full}
save "$E/members.json" ${quote(JSON.stringify({ format, turn, hosts }))} || exit ${exits.full}`;
  await runFenced(place, session, script, 'Recording which hosts take part');
}

/** What several hosts say together. */
export function newestOf(all: readonly (Members | undefined)[]): Members {
  return all.reduce<Members>((newest, members) => (members !== undefined && members.turn > newest.turn ? members : newest), noMembers);
}

/** The next one, with one host changed. */
export function withMember(members: Members, name: string, member: Member): Members {
  return { format: 1, turn: members.turn + 1, hosts: Object.fromEntries(Object.entries({ ...members.hosts, [name]: member }).sort(([a], [b]) => (a < b ? -1 : 1))) };
}

/** What was seen of this identity counts only after this serial. */
export function boundAfter(members: Members, identity: string): number {
  return Object.values(members.hosts).reduce((serial, member) => (member.is === 'adopted' && member.identity === identity ? Math.max(serial, member.serial) : serial), 0);
}
