import { quote } from '../quote.js';
import { installScript } from './packages.js';
import type { SetupChange } from './plan.js';

/** One change, as a script for the root of a host. Each may be run again. */
export function changeScript(change: SetupChange): string {
  switch (change.kind) {
    case 'packages':
      return installScript(change);
    case 'start':
      return startEngine;
    case 'settings':
      return settingsScript(change.before, change.text);
    case 'group':
      return `getent group docker >/dev/null || groupadd --system docker\nusermod --append --groups docker -- ${quote(change.user)}`;
    case 'folder':
      return `getent group docker >/dev/null || groupadd --system docker\nmkdir -p /var/lib/stagecraft && chgrp docker /var/lib/stagecraft && chmod 2770 /var/lib/stagecraft`;
  }
}

/** As the operator's eyes read it. */
export function changeText(change: SetupChange): string {
  switch (change.kind) {
    case 'packages':
      return `install ${change.names.join(', ')}${change.suite === '' ? '' : ` from ${change.suite}`}${change.replaced.length === 0 ? '' : `, which replaces ${change.replaced.length} by newer ones: ${change.replaced.join(', ')}`}`;
    case 'start':
      return 'start the engine';
    case 'settings':
      return 'set live-restore in /etc/docker/daemon.json';
    case 'group':
      return `put ${change.user} into the group docker`;
    case 'folder':
      return 'make /var/lib/stagecraft, writable for the group docker';
  }
}

const startEngine = `if [ -d /run/systemd/system ]; then systemctl enable --now docker.service; else service docker start; fi >&2
for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
  ! timeout 10 docker version >/dev/null 2>&1 || exit 0
  sleep 1
done
echo 'the engine does not answer' >&2
if [ -d /run/systemd/system ]; then journalctl --no-pager -n 5 -u docker.service >&2; fi
exit 1`;

/** Nobody else's change is lost, and a power cut leaves the old file or the new one. The engine takes this setting up without a restart. */
function settingsScript(before: string | undefined, text: string): string {
  return `set -e
file=/etc/docker/daemon.json
mkdir -p /etc/docker
${before === undefined ? '[ ! -e "$file" ]' : `[ "$(base64 -w 0 "$file")" = ${quote(Buffer.from(before).toString('base64'))} ]`} || { echo "$file was changed meanwhile" >&2; exit 1; }
new=$(mktemp /etc/docker/.daemon.json-XXXXXX)
chmod 644 "$new"
[ ! -e "$file" ] || { chmod --reference="$file" "$new"; chown --reference="$file" "$new"; }
printf '%s' ${quote(text)} >"$new"
sync -- "$new"
mv -- "$new" "$file"
if [ -d /run/systemd/system ]; then systemctl reload docker.service || systemctl restart docker.service; elif [ -e /run/docker.pid ]; then kill -HUP "$(cat /run/docker.pid)"; fi >&2
for n in 1 2 3 4 5 6 7 8 9 10; do
  [ "$(timeout 10 docker info --format '{{.LiveRestoreEnabled}}' 2>/dev/null)" != true ] || exit 0
  sleep 1
done
echo 'the engine did not take live-restore up' >&2
exit 1`;
}

/** What a release needs of the folder's file system and of the engine, tried by the user who will deploy, in a session of its own. */
export function checkScript(user: string, folder: string): string {
  return `runuser -u ${quote(user)} -- sh -c ${quote(check)} sh ${quote(folder)}`;
}

const check = `d=$1
f=$(mktemp "$d/.check-XXXXXX") || { echo "$(id -un) cannot write to $d" >&2; exit 1; }
trap 'rm -f "$f"' EXIT
exec 9>"$f"
flock -n 9 || { echo "flock does not work in $d" >&2; exit 1; }
if (exec 8>"$f"; flock -n 8); then echo "flock holds nobody off in $d" >&2; exit 1; fi
echo x >&9
{ sync -- "$f" && dd if=/dev/zero of="$f" bs=4096 count=1 conv=fsync,notrunc 2>/dev/null && sync -- "$d"; } || { echo "fsync does not work in $d" >&2; exit 1; }
timeout 20 docker version --format '{{.Server.Version}}' || { echo "$(id -un) cannot use the engine" >&2; exit 1; }
docker compose version --short || { echo 'docker compose does not work' >&2; exit 1; }`;
