# The proxy of rollout.sh: HAProxy with a few empty places, filled and emptied by its runtime API.
proxy_up() {
  cat >"$CONFIG/haproxy.cfg" <<CFG
global
  fd-hard-limit 10000
  stats socket ipv4@127.0.0.1:$API level admin
defaults
  mode http
  option redispatch 1
  retries 3
  timeout connect 3s
  timeout client 60s
  timeout server 60s
  timeout http-keep-alive 10s
frontend web
  bind :$PORT
  default_backend web
backend web
  server-template place 1-4 127.0.0.1:1 disabled
CFG
  docker run -d --name "$proxy" --network "$front" -p "127.0.0.1:$PORT:$PORT" -v "$CONFIG:/etc/haproxy:ro" haproxy:2.6 haproxy -db -f /etc/haproxy/haproxy.cfg >/dev/null
}
ask() { # COMMANDS, separated by semicolons
  docker exec "$proxy" sh -c 'if command -v socat >/dev/null 2>&1; then printf "%s\n" "$1" | socat -t 5 - "TCP:127.0.0.1:$2"
    else bash -c "exec 3<>/dev/tcp/127.0.0.1/$2; printf \"%s\n\" \"\$1\" >&3; cat <&3" bash "$1"; fi' sh "$1" "$API"
}
address() { docker inspect -f "{{(index .NetworkSettings.Networks \"$edge\").IPAddress}}" "$1"; }
# Columns of "show servers state": 4 is the name, 5 the address, 7 the admin state with the bits 1 (out of use) and 8 (drained).
place_of() { ask 'show servers state web' | awk -v at="$(address "$1")" '$5 == at && $7 % 2 == 0 && int($7 / 8) % 2 == 0 { print $4; exit }'; }
free_place() { ask 'show servers state web' | awk '$4 ~ /^place/ && $7 % 2 == 1 { print $4; exit }'; }
admit() { # [OLD] NEW
  for last in "$@"; do :; done
  place=$(free_place)
  ask "set server web/$place addr $(address "$last") port $port; set server web/$place state ready" >/dev/null
}
retire() { # OLD NEW
  left=$(place_of "$1")
  ask "set server web/$left state drain" >/dev/null
}
leads_to() { [ -n "$(place_of "$1")" ]; }
leads_not_to() { [ -z "$(place_of "$1")" ]; }
# HAProxy counts what is open: column 5 of "show stat".
open_on() { ask 'show stat' | awk -F , -v place="$left" '$1 == "web" && $2 == place { print $5 + 0 }'; }
forget() { ask "set server web/$left state maint" >/dev/null; }
