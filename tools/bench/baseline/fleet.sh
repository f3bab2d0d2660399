#!/bin/sh
# What a careful operator writes for several hosts: on all of them at once, over SSH, the Compose file and the script of one host. Their
# output is shown host by host; one that fails makes it all fail. No record, no way back, no lock, no host first.
#
#   fleet.sh COMMAND...       on every host, with docker-compose.yml of this folder brought over before
#
# From the environment: SSH_CONFIG (a file for `ssh -F`), HOSTS (their addresses).
set -u
pids=
for host in $HOSTS; do
  ssh -F "$SSH_CONFIG" "root@$host" "cd /srv/app && cat >docker-compose.yml && $*" <docker-compose.yml &
  pids="$pids $!"
done
code=0
for pid in $pids; do wait "$pid" || code=1; done
exit $code
