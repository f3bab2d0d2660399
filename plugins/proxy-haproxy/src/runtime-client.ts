/**
 * sh inside the proxy's container that gives `ask COMMANDS`: one line for the runtime API at `$port` on loopback, its answer on stdout. The
 * vendor's image brings no client: Debian's has bash with /dev/tcp, Alpine's has busybox' nc, others socat. `quit`, because HAProxy ends the
 * connection only on that or when its client is done, which bash cannot say.
 */
export const runtimeClient = String.raw`ask() {
  if command -v socat >/dev/null 2>&1; then printf '%s\nquit\n' "$1" | socat -t 10 - "TCP:127.0.0.1:$port"
  elif command -v bash >/dev/null 2>&1; then bash -c 'exec 3<>"/dev/tcp/127.0.0.1/$2" && printf "%s\nquit\n" "$1" >&3 && cat <&3' bash "$1" "$port"
  else printf '%s\nquit\n' "$1" | nc 127.0.0.1 "$port"
  fi
}
# Pids of the workers, the current one first: those that a reload replaced live on until their connections end, and are told the same.
workers() {
  ask 'show proc' | while read -r pid kind _; do [ "$kind" != worker ] || printf '%s ' "$pid"; done
}`;
