import type { Scope } from '../hosts/scope.js';

/** A template that prints the names of a container's networks, one a line. */
const networksOf = '{{range $name, $_ := .NetworkSettings.Networks}}{{println $name}}{{end}}';

/**
 * sh functions for networks: `network NAME [--internal]` makes it where it is missing, `joined NAME CONTAINER` tells, `join NAME CONTAINER
 * [ALIAS]` connects, and again where the alias is missing, `leave NAME CONTAINER` disconnects. All may be repeated.
 */
export function edgeFunctions(scope: Scope, labels: Readonly<Record<string, string>> = {}): string {
  const all = Object.entries({ 'stagecraft.dir': scope.dir, ...labels }).map(([name, value]) => `--label ${name}=${value}`);
  return `network() {
  docker network inspect "$1" >/dev/null 2>&1 || docker network create \${2:-} ${all.join(' ')} "$1" >/dev/null
}
joined() {
  docker container inspect -f '${networksOf}' "$2" 2>/dev/null | grep -qxF "$1"
}
# The network of that name is another one than the container's: it was removed and made again.
stale() {
  was=$(docker container inspect -f '{{with index .NetworkSettings.Networks "'"$1"'"}}{{.NetworkID}}{{end}}' "$2")
  [ -n "$was" ] && [ "$was" != "$(docker network inspect -f '{{.Id}}' "$1")" ]
}
aliased() {
  docker container inspect -f '{{with index .NetworkSettings.Networks "'"$1"'"}}{{range .Aliases}}{{println .}}{{end}}{{end}}' "$2" | grep -qxF "$3"
}
join() {
  if joined "$1" "$2"; then
    if stale "$1" "$2"; then docker network disconnect -f "$1" "$2"
    elif [ $# -lt 3 ] || aliased "$1" "$2" "$3"; then return 0
    else docker network disconnect "$1" "$2"
    fi
  fi
  timeout -k 10 60 docker network connect \${3:+--alias} \${3:-} "$1" "$2"
}
leave() {
  ! joined "$1" "$2" || timeout -k 10 60 docker network disconnect -f "$1" "$2"
}`;
}
