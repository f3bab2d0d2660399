/** `sync` in sh: nothing has to reach a disk here, but what was written for the proxy is a change to look at. */
export const syncStub = `#!/bin/sh
case $* in */proxy/*) exec docker proxy synced ;; esac
`;

/**
 * `docker` in sh, for containers that are folders: `c/<id>/{name,status,policy,service,number,exit}`, `c/<id>/labels` and `c/<id>/net/<network>`, which holds
 * aliases. The folder is `engine` beside the state folder; `DOCKER_CONFIG` names the folder of both. After every change it looks whether the application is
 * served, and keeps a copy of everything where `snapshots` says so: that is what a power cut at this instant leaves.
 */
export const dockerStub = `#!/bin/sh
set -u
W=$DOCKER_CONFIG D=$DOCKER_CONFIG/engine
die() { echo "$*" >&2; exit 1; }
at() { [ -d "$D/c/$1" ] || die "No such container: $1"; }
changed() {
  if [ -e "$W/served" ] && ! served; then cat "$W/state/proxy/files/shop.txt" 2>/dev/null | tr '\\n' ' ' >>"$W/violations"; echo "after: $WHAT" >>"$W/violations"; fi
  if [ -e "$W/snapshots" ]; then read -r to <"$W/snapshots"; n=$(ls "$to" | wc -l); cp -a "$W" "$to/.new" && rm -f "$to/.new/snapshots" && mv "$to/.new" "$to/$(printf %03d "$n")"; fi
  exit 0
}
served() {
  while read -r alias; do
    for c in "$D"/c/*; do
      read -r s <"$c/status"; [ "$s" = running ] || continue
      for n in "$c"/net/*-edge; do [ ! -e "$n" ] || ! grep -qxF "$alias" "$n" || return 0; done
    done
  done <"$W/state/proxy/files/shop.txt"
  return 1
}
matching() {
  for c in "$D"/c/*; do
    [ -d "$c" ] || continue
    ok=1
    for f in "$@"; do grep -qxF "$f" "$c/labels" || { ok=; break; }; done
    [ -z "$ok" ] || echo "$c"
  done
}
WHAT=$*
verb=$1; shift
[ "$verb" != container ] || { verb=$1; shift; }
case $verb in
  ps)
    format=; set --  "$@" ''; filters=
    while [ $# -gt 1 ]; do
      case $1 in --filter) filters="$filters \${2#label=}"; shift ;; --format) format=1; shift ;; esac
      shift
    done
    for c in $(matching $filters); do
      if [ -n "$format" ]; then echo "$(cat "$c/number") \${c##*/}"; else echo "\${c##*/}"; fi
    done ;;
  inspect)
    format=; [ "$1" != -f ] || { format=$2; shift 2; }
    at "$1"; c=$D/c/$1
    net=\${format#*'Networks "'}; net=\${net%%'"'*}
    case $format in
      *'println $name'*) ls "$c/net" ;;
      *NetworkID*) [ ! -e "$c/net/$net" ] || echo "id-$net" ;;
      *Aliases*) cat "$c/net/$net" 2>/dev/null || : ;;
      *.Name*) echo "/$(cat "$c/name")" ;;
      *ExitCode*) echo "$(cat "$c/status") $(cat "$c/exit")" ;;
      *State.Running*) [ "$(cat "$c/status")" = running ] && echo true || echo false ;;
    esac ;;
  start)
    for id in "$@"; do at "$id"; if grep -q '^job' "$D/c/$id/service"; then echo exited >"$D/c/$id/status"; else echo running >"$D/c/$id/status"; fi; echo "$id"; done; changed ;;
  stop)
    [ "$1" != -t ] || shift 2
    for id in "$@"; do at "$id"; [ "$(cat "$D/c/$id/status")" = created ] || echo exited >"$D/c/$id/status"; done; changed ;;
  update) p=\${1#--restart=}; shift; for id in "$@"; do at "$id"; echo "$p" >"$D/c/$id/policy"; done; changed ;;
  rename)
    at "$1"; for c in "$D"/c/*; do [ "$(cat "$c/name")" != "$2" ] || die "Conflict: the name $2 is in use"; done
    echo "$2" >"$D/c/$1/name"; changed ;;
  rm) [ "$1" != -f ] || shift; for id in "$@"; do at "$id"; mv "$D/c/$id" "$D/gone.$$" && rm -rf "$D/gone.$$"; done; changed ;;
  logs) at "\${3:-$1}" ;;
  wait) for id in "$@"; do at "$id"; cat "$D/c/$id/exit"; done ;;
  network)
    verb=$1; shift
    case $verb in
      inspect) [ "$1" != -f ] || shift 2; echo "id-$1" ;;
      connect)
        aliases=
        while [ "$1" = --alias ]; do aliases="$aliases$2
"; shift 2; done
        at "$2"; [ ! -e "$D/c/$2/net/$1" ] || die "endpoint with name $2 already exists in network $1"
        printf '%s' "$aliases" >"$D/c/$2/net/$1"; changed ;;
      disconnect) [ "$1" != -f ] || shift; at "$2"; [ -e "$D/c/$2/net/$1" ] || die "$2 is not connected to $1"; rm "$D/c/$2/net/$1"; changed ;;
    esac ;;
  compose)
    overlay= scale=
    while [ $# -gt 0 ]; do
      case $1 in -f) overlay=$2; shift ;; --scale) scale=$2; shift ;; esac
      shift
    done
    service=\${scale%=*} wanted=\${scale#*=}
    . "$overlay"
    while :; do
      set -- $(matching "com.docker.compose.service=$service")
      [ $# -lt "$wanted" ] || break
      number=1; while grep -qxs "$number" $(printf '%s/number ' "$@" /none); do number=$((number + 1)); done
      id=$service-$operation-$number
      c=$D/new.$$; rm -rf "$c"; mkdir -p "$c/net"
      echo "shop-prod-$service-$number" >"$c/name"; echo created >"$c/status"; case $service in job | worker) echo no ;; *) echo always ;; esac >"$c/policy"; echo "$service" >"$c/service"; echo "$number" >"$c/number"; echo 0 >"$c/exit"
      printf '%s\\n' com.docker.compose.project=shop-prod com.docker.compose.service=$service stagecraft.service=$service stagecraft.operation=$operation stagecraft.release=$release >"$c/labels"
      echo "$service" >"$c/net/shop-prod_default"
      mv "$c" "$D/c/$id"
      (changed)
    done ;;
  proxy) changed ;;
  *) die "unknown: docker $verb $*" ;;
esac
`;
