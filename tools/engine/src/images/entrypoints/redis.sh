#!/bin/sh
# As the official image: flags or a .conf mean redis-server, root is given up, and other containers may connect without a password.
set -e
case ${1:-} in -* | *.conf) set -- redis-server "$@" ;; esac
[ "$1" = redis-server ] || exec "$@"
if [ "$(id -u)" = 0 ]; then
  chown -R redis:redis . 2>/dev/null || :
  exec start-stop-daemon --start --chuid redis:redis --exec /usr/local/bin/docker-entrypoint.sh -- "$@"
fi
case " $* " in *' --protected-mode '*) ;; *) set -- "$@" --protected-mode no ;; esac
exec "$@"
