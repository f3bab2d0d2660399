import { folder, loadedFolder, mapFile } from './names.js';
import { runtimeClient } from './runtime-client.js';

/**
 * sh that runs inside the proxy's container: `apply PORT IDLE PREFIX MARKER [BACKEND NAME PORT]...` brings all workers to the wanted targets,
 * `reap PORT IDLE PREFIX MARKER` frees drained slots when their last request has ended. It asks how things stand, so it is right from every
 * state and the order of slots in the files does not matter.
 *
 * Bits of the admin state (HAProxy's management guide, "show servers state"): 1 forced maintenance, 8 forced drain, 32 name not resolved.
 */
export const runtimeScript = String.raw`set -eu
mode=$1 port=$2 idle=$3 prefix=$4 marker=$5; shift 5
nl='
'
wanted=$nl
while [ $# -ge 3 ]; do wanted="$wanted$1 $2 $3$nl"; shift 3; done
${runtimeClient}
address() { # NAME: what the engine's DNS says
  if command -v getent >/dev/null 2>&1; then getent hosts "$1"
  else nslookup "$1" | sed -n '/^Name:/,$s/^Address[^:]*:[[:space:]]*//p'
  fi 2>/dev/null | grep -oE -m 1 '^[0-9]+[.][0-9]+[.][0-9]+[.][0-9]+' || :
}
open_on() { # BACKEND SERVER: requests that are open on it
  printf '%s\n' "$told" | while IFS=, read -r be srv _ _ open _; do [ "$be,$srv" != "$1,$2" ] || printf '%s' "$open"; done
}
do_all() { # tells a worker what was gathered in $todo
  [ -z "$todo" ] || ask "$todo" >/dev/null
  todo=
}
# sync PID reap|add|full: sets short where a wanted target found no place in the current worker, draining where requests are still open on a leaving one.
sync() {
  told=$(ask "@!$1 show servers state; @!$1 show stat")
  there=$nl free= leaving= known=$nl todo=
  while read -r _ be _ srv addr _ admin _ _ _ _ _ _ _ _ _ _ fqdn sport _; do
    case $be in "$prefix"*) ;; *) continue ;; esac
    known="$known$be$nl"
    case $wanted in *"$nl$be $fqdn $sport$nl"*)
      there="$there$be $fqdn $sport$nl"
      [ $((admin & 9)) -eq 0 ] || todo="$todo@!$1 set server $be/$srv state ready; "
      continue ;;
    esac
    if [ $((admin & 1)) -ne 0 ]; then
      [ "$addr" = - ] || free="$free$be $srv$nl"
    elif [ $((admin & 8)) -eq 0 ]; then
      leaving="$leaving$be $srv$nl"
    elif [ "$(open_on "$be" "$srv")" = 0 ]; then
      todo="$todo@!$1 set server $be/$srv state maint; @!$1 set server $be/$srv fqdn $idle; "
      [ "$addr" = - ] || free="$free$be $srv$nl"
    else draining=1
    fi
  done <<TOLD
$told
TOLD
  do_all
  [ "$2" != reap ] || return 0
  while read -r be name sport; do
    case "$nl$be" in "$nl") continue ;; esac
    case $there in *"$nl$be $name $sport$nl"*) continue ;; esac
    place "$1" "$be" "$name" "$sport" || [ "$1" != "$first" ] || short=1
  done <<WANTED
$wanted
WANTED
  [ "$2" != add ] || return 0
  while read -r be srv; do
    [ -z "$be" ] || { draining=1; todo="$todo@!$1 set server $be/$srv state drain; "; }
  done <<LEAVING
$leaving
LEAVING
  do_all
}
take() { # BACKEND: a free slot of it into $slot
  slot= rest=
  while read -r be srv; do
    if [ -z "$slot" ] && [ "$be" = "$1" ]; then slot=$srv
    elif [ -n "$be" ]; then rest="$rest$be $srv$nl"
    fi
  done <<FREE
$free
FREE
  free=$rest
  [ -n "$slot" ]
}
place() { # PID BACKEND NAME PORT: into a free slot, under its name, at its address, and only then ready
  take "$2" || return 1
  at=$(address "$3")
  [ -n "$at" ] || return 1
  # A slot without address that is set ready would get requests and answer 503.
  ask "@!$1 set server $2/$slot fqdn $3; @!$1 set server $2/$slot addr $at port $4; @!$1 show servers state $2" | grep -qE "^[0-9]+ $2 [0-9]+ $slot $at .* $3 $4 " || return 1
  ask "@!$1 set server $2/$slot state ready" >/dev/null
}
loaded() { # the current worker has the routes of the table
  case "$nl$(ask '@1 show stat')" in
    *"$nl$marker,"*) [ -n "$marker" ] ;;
    *"$nl$prefix"*) return 1 ;;
    *) [ -z "$marker" ] ;;
  esac
}
# Every worker that starts with a name and no address answers 503 until the DNS was asked: the new one is told what the old one knows.
reload() {
  rm -rf ${loadedFolder}.new
  mkdir ${loadedFolder}.new
  {
    ask '@1 show servers state'
    printf '%s' "$wanted" | while read -r be name sport; do
      at=$([ -z "$name" ] || address "$name")
      [ -z "$at" ] || printf '0 %s 0 - %s 0 0 0 0 0 0 0 0 0 0 0 0 %s %s\n' "$be" "$at" "$name" "$sport"
    done
  } >/tmp/stagecraft.state
  for file in ${folder}/routes/*.cfg; do
    awk 'NR == FNR { if ($1 ~ /^[0-9]+$/ && $5 != "-") at[$2 " " $18 ":" $19] = $5; next }
      $1 == "backend" { be = $2 }
      $1 == "server" && NF == 3 && ((be " " $3) in at) { $0 = $0 " init-addr " at[be " " $3] }
      { print }' /tmp/stagecraft.state "$file" >"${loadedFolder}.new/$(basename "$file")"
  done
  cat ${folder}/routes/*.map >${mapFile}.new
  mv ${mapFile}.new ${mapFile}
  haproxy -c -q -f ${folder}/haproxy.cfg -f ${loadedFolder}.new
  rm -rf ${loadedFolder}
  mv ${loadedFolder}.new ${loadedFolder}
  before=$(current) tries=0
  ask reload >/dev/null
  until now=$(current 2>/dev/null) && [ -n "$now" ] && [ "$now" != "$before" ] && loaded 2>/dev/null; do
    tries=$((tries + 1))
    [ $tries -lt 300 ] || { echo 'haproxy did not take the new routes over: see its log' >&2; exit 1; }
    sleep 0.05
  done
}
current() { workers | cut -d ' ' -f 1; }
each() {
  pids=$(workers) first=
  for pid in $pids; do
    [ -n "$first" ] || first=$pid
    sync "$pid" "$1"
  done
}

# One at a time: the reaper of an earlier change may still be there.
exec 9>/tmp/stagecraft.lock
hold() { ! command -v flock >/dev/null 2>&1 || flock "$@" 9; }
if [ "$mode" = reap ]; then
  tries=0 draining=1
  while [ $draining -eq 1 ] && [ $tries -lt 900 ]; do
    tries=$((tries + 1)) draining=0
    sleep 1
    hold -w 20; each reap; hold -u
  done
  exit 0
fi
hold -w 20
short=0 draining=0
if loaded; then
  each full
else
  # New ones first: to drain before the reload would leave a service whose port changes without a server.
  each add
  short=1
fi
if [ $short -eq 1 ]; then
  reload
  each full
fi
`;
