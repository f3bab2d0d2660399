import { quote } from '../quote.js';

/** What a bare host says of itself. */
export interface SetupSurvey {
  /** Who is logged in. */
  readonly login: string;
  /** How that user comes to be root. */
  readonly power: 'root' | 'sudo' | 'password' | 'none';
  readonly system: { readonly id: string; readonly version: string; readonly codename: string };
  readonly systemd: boolean;
  /** Version of the engine that answers; '' where none does. */
  readonly engine: string;
  /** There is an engine, whether it answers or not. */
  readonly installed: boolean;
  /** The package that brings it, as in `docker-ce`; '' where none does. */
  readonly package: string;
  /** Version of Compose; '' where there is none. */
  readonly compose: string;
  readonly liveRestore: boolean;
  /** Text of `/etc/docker/daemon.json`; absent where there is no such file. */
  readonly settings?: string;
  /** The deploy user: there, of the group docker. */
  readonly user: { readonly exists: boolean; readonly root: boolean; readonly member: boolean };
  /** Group and mode of the state folder, as in `docker 2770`; '' where it is not there. */
  readonly folder: string;
  /** The user's own state folder, where releases lie in it; '' where none do. */
  readonly releases: string;
  /** Programs that are needed and not there. */
  readonly missing: readonly string[];
}

/** Asks a host all of it, and changes nothing. @param user who will deploy; '' for who is logged in. */
export function surveyScript(user: string): string {
  return `export LC_ALL=C
say() { printf '%s=%s\\n' "$1" "$2"; }
user=${quote(user)}
say login "$(id -un)"
S=
if [ "$(id -u)" = 0 ]; then say power root
elif ! command -v sudo >/dev/null; then say power none
elif sudo -n true 2>/dev/null; then say power sudo; S='sudo -n'
else say power password; fi
[ ! -r /etc/os-release ] || (. /etc/os-release; say id "\${ID:-}"; say version "\${VERSION_ID:-}"; say codename "\${VERSION_CODENAME:-}")
[ ! -d /run/systemd/system ] || say systemd yes
if command -v dockerd >/dev/null; then
  say installed yes
  say package "$(dpkg-query -S "$(readlink -f "$(command -v dockerd)")" 2>/dev/null | sed -n '1s/:.*//p')"
  # An engine that hangs holds up nobody.
  say engine "$(timeout 20 $S docker version --format '{{.Server.Version}}' 2>/dev/null | head -n 1)"
  say compose "$(timeout 20 docker compose version --short 2>/dev/null | head -n 1)"
  say live "$(timeout 20 $S docker info --format '{{.LiveRestoreEnabled}}' 2>/dev/null | head -n 1)"
fi
if $S test -e /etc/docker/daemon.json; then say settings "$($S base64 -w 0 /etc/docker/daemon.json)"; fi
[ -n "$user" ] || user=$(id -un)
if uid=$(id -u -- "$user" 2>/dev/null); then
  say exists yes
  [ "$uid" != 0 ] || say root yes
  home=$(getent passwd "$user" | cut -d: -f6)
  ! $S sh -c 'ls "$1"/*/*/journal.ndjson' sh "$home/.stagecraft" >/dev/null 2>&1 || say releases "$home/.stagecraft"
  case " $(id -nG -- "$user") " in *' docker '*) say member yes ;; esac
fi
[ ! -d /var/lib/stagecraft ] || say folder "$(stat -c '%G %a' /var/lib/stagecraft)"
for program in flock setsid timeout; do command -v "$program" >/dev/null || say missing "$program"; done`;
}

/** Reads the answer. */
export function surveyOf(text: string): SetupSurvey {
  const lines = text.split('\n').flatMap((line): readonly (readonly [string, string])[] => (line.includes('=') ? [[line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]] : []));
  const one = (key: string): string => lines.find(([name]) => name === key)?.[1] ?? '';
  const power = one('power');
  const settings = lines.find(([name]) => name === 'settings')?.[1];
  return {
    login: one('login'),
    power: power === 'root' || power === 'sudo' || power === 'password' ? power : 'none',
    system: { id: one('id'), version: one('version'), codename: one('codename') },
    systemd: one('systemd') === 'yes',
    engine: one('engine'),
    installed: one('installed') === 'yes',
    package: one('package'),
    compose: one('compose'),
    liveRestore: one('live') === 'true',
    ...(settings === undefined ? {} : { settings: Buffer.from(settings, 'base64').toString('utf8') }),
    user: { exists: one('exists') === 'yes', root: one('root') === 'yes', member: one('member') === 'yes' },
    folder: one('folder'),
    releases: one('releases'),
    missing: lines.filter(([name]) => name === 'missing').map(([, value]) => value),
  };
}
