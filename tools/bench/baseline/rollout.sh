#!/bin/sh
# What a careful operator writes by hand: start the new container beside the old one, wait until it is healthy, let the proxy lead to
# both, then to the new one alone, wait until nothing is open on the old one, stop it, remove it. No record, no way back, no lock.
#
#   rollout.sh up             the proxy, its network, the first container
#   rollout.sh to VERSION     replaces the container
#
# From the environment: PROJECT (of docker compose; docker-compose.yml is in the working folder), PROXY (traefik or haproxy), PORT (where it
# listens), API (a port of loopback for its API), CONFIG (an empty folder that the proxy sees).
set -eu
here=$(dirname "$0")
service=web port=3000
edge=$PROJECT-edge proxy=$PROJECT-proxy
# The proxy's own network sorts first: joining another one must not move its default gateway.
front=00$PROJECT-front
. "$here/$PROXY.sh"

compose() { docker compose --progress quiet -p "$PROJECT" "$@"; }
containers() { docker ps -q --no-trunc --filter "label=com.docker.compose.project=$PROJECT" --filter "label=com.docker.compose.service=$service"; }
until_so() { # what must hold within 30 s, asked every 50 ms
  tries=0
  until "$@"; do
    tries=$((tries + 1))
    [ $tries -lt 600 ] || { echo "not so after 30 s: $*" >&2; exit 1; }
    sleep 0.05
  done
}
healthy() { [ "$(docker inspect -f '{{.State.Health.Status}}' "$1")" = healthy ]; }
drained() { # three times in a row nothing is open on it, 100 ms apart; at most 30 s
  quiet=0 tries=0
  while [ $quiet -lt 3 ] && [ $tries -lt 300 ]; do
    if [ "$(open_on "$1" "$2")" -eq 0 ]; then quiet=$((quiet + 1)); else quiet=0; fi
    tries=$((tries + 1))
    [ $quiet -ge 3 ] || sleep 0.1
  done
}
name_of() { echo "$service-$(printf %s "$1" | cut -c 1-12)"; }

start() { # starts one more container, and leaves its id in $new
  before=$(containers)
  compose up -d --no-deps --no-recreate --pull never --scale "$service=$(($(printf '%s' "$before" | grep -c . || :) + 1))" "$service"
  new=$(containers | grep -vxF "${before:-none}")
  until_so healthy "$new"
  docker network connect --alias "$(name_of "$new")" "$edge" "$new"
}

case $1 in
  up)
    docker network create "$front" >/dev/null
    docker network create --internal "$edge" >/dev/null
    proxy_up
    docker network connect "$edge" "$proxy"
    start
    admit "$new"
    until_so leads_to "$new"
    ;;
  to)
    export VERSION="$2"
    old=$(containers)
    start
    admit "$old" "$new"
    until_so leads_to "$new"
    retire "$old" "$new"
    until_so leads_not_to "$old"
    drained "$old" $port
    docker stop -t 10 "$old" >/dev/null
    forget
    docker rm "$old" >/dev/null
    ;;
esac
