#!/bin/sh
# As the official image: flags and the program's own commands need no program name.
set -e
case ${1:-} in -* | healthcheck | version) set -- traefik "$@" ;; esac
exec "$@"
