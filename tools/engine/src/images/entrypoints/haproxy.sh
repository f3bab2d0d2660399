#!/bin/sh
# As the official image: master-worker mode in the foreground, so that SIGUSR2 reloads and SIGUSR1 drains.
set -e
case ${1:-} in -*) set -- haproxy "$@" ;; esac
if [ "$1" = haproxy ]; then
  shift
  set -- haproxy -W -db "$@"
fi
exec "$@"
