import { quote } from '../hosts/quote.js';
import type { Scope } from '../hosts/scope.js';
import { genesis } from './journal.js';

/** Exit codes of our own scripts. */
export const exits = { fenced: 75, busy: 74, lacking: 73, notOurs: 72, full: 71 } as const;

/**
 * What every script on a host begins with. POSIX sh; few forks, as each costs a millisecond. File descriptors: 9 `step.lock`, 8 `lock.mutex`,
 * 7 the proxy's lock. They are inherited by children on purpose: a lock is held as long as anything of the step lives.
 */
export function prelude(scope: Scope, session = ''): string {
  return `umask 077
R=${quote(scope.root)} E=${quote(scope.folder)} S=${quote(session)}
J=$E/journal.ndjson HEAD= NL='
'
[ ! -g "$R" ] || umask 007
die() { c=$1; shift; printf '%s\\n' "$*" >&2; exit "$c"; }
need() { command -v "$1" >/dev/null 2>&1 || die ${exits.lacking} "$1"; }
now() {
  at=$(date -u +%Y-%m-%dT%H:%M:%S.%3NZ)
  case $at in *[!0-9TZ:.-]*) at=$(date -u +%Y-%m-%dT%H:%M:%SZ) ;; esac
}
take_mutex() {
  need flock; exec 8>>"$E/lock.mutex"
  flock -w 30 8 || die ${exits.busy} lock.mutex
}
take_step() {
  need flock; exec 9>>"$E/step.lock"
  flock -w "$1" 9
}
step_free() { (exec 9>>"$E/step.lock" && flock "\${1:--n}" \${2:+"$2"} 9); }
first_line() {
  l=
  [ ! -e "$1" ] || { IFS= read -r l <"$1" || :; }
}
fence() {
  first_line "$E/lock"
  case $l in '{"session":"'"$S"'",'*) ;; *) return 1 ;; esac
}
# save PATH TEXT: one line, crash-safe.
save() {
  t=$1.$$.stagecraft-temp
  printf '%s\\n' "$2" >"$t" && sync "$t" && mv -f "$t" "$1" && sync "\${1%/*}" && return 0
  rm -f "$t"; return 1
}
# publish PATH MODE BYTES: standard input, crash-safe, only when all of it came.
publish() {
  t=$1.$$.stagecraft-temp
  cat >"$t" && [ "$(wc -c <"$t")" -eq "$3" ] && chmod "$2" "$t" && sync "$t" && mv -f "$t" "$1" && sync "\${1%/*}" && return 0
  rm -f "$t"; return 1
}
# The journal's last line -> prev and seq of the next one. A torn last line is cut off first.
tip() {
  last=$HEAD prev=${genesis} seq=1
  if [ -z "$last" ] && [ -s "$J" ]; then
    last=$(tail -n 1 "$J" && printf x) || return 1
    case $last in
      *"$NL"x) last=\${last%"$NL"x} ;;
      *)
        keep=$(sed '$d' "$J" | wc -c) && truncate -s "$keep" "$J" && sync "$J" || return 1
        tip; return ;;
    esac
  fi
  [ -n "$last" ] || return 0
  seq=\${last#*'"seq":'}; seq=\${seq%%,*}
  case $seq in ''|*[!0-9]*) echo 'the last line of journal.ndjson is no record' >&2; return 1 ;; esac
  seq=$((seq + 1))
  prev=$(printf %s "$last" | sha256sum) || return 1
  prev=\${prev%% *}
}
# append MEMBERS: one record, acknowledged only when it is on the disk.
append() {
  tip || return 1
  HEAD="{\\"prev\\":\\"$prev\\",\\"seq\\":$seq,$1}"
  printf '%s\\n' "$HEAD" >>"$J" && sync -d "$J" && { [ "$seq" -ne 1 ] || sync "$E"; } && return 0
  HEAD=; return 1
}
# closed OPERATION: its end is in the journal, and nothing of it is open.
closed() {
  first_line "$E/open.json"
  case $l in '{"operation":"'"$1"'",'*) return 1 ;; esac
  [ -e "$J" ] && grep -qF '"type":"close","operation":"'"$1"'",' "$J"
}
`;
}
