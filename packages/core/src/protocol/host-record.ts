import { fail } from '../errors/index.js';
import type { Finding } from '../plugin-api/failure.js';
import { quote } from '../hosts/quote.js';
import { lacks, parseObject, runScript, type Place } from './host-script.js';
import { isStagecraftError } from '../errors/index.js';
import { exits } from './prelude.js';
import type { HostRecord } from './types.js';

/** What a host must be able to, proved on its own file system. */
export interface HostCheck {
  readonly findings: readonly Finding[];
  /** Free bytes where the state lies; -1 where it cannot be told. */
  readonly freeBytes: number;
}

/**
 * Makes the folders and the host's identity, once; a second time it changes nothing but sweeping what killed writers left.
 * @throws StagecraftError `user` when the folder is a link or another user's, `external` when it cannot be made.
 */
export async function prepareHost(place: Place): Promise<HostRecord> {
  const record: HostRecord = { format: 1, identity: place.clock.random(16), createdAt: new Date(place.clock.now()).toISOString() };
  const script = `need flock
[ -d "$R" ] || { mkdir -p "$R" && { sync "\${R%/*}" 2>/dev/null || :; }; } || exit 1
[ ! -g "$R" ] || umask 007
for d in "\${E%/*}" "$E"; do
  [ ! -L "$d" ] || die ${exits.notOurs} "$d is a link"
  [ -d "$d" ] || mkdir -p "$d" || exit 1
  [ -O "$d" ] || [ -g "$R" ] || die ${exits.notOurs} "$d belongs to another user"
done
mkdir -p "$E/releases" "$E/files" "$E/runs" "$E/secrets" "$R/proxy" || exit 1
if [ ! -e "$R/host.json" ]; then
  t=$R/host.json.$$.stagecraft-temp
  printf '%s\\n' ${quote(JSON.stringify(record))} >"$t" && sync "$t" || { rm -f "$t"; exit ${exits.full}; }
  ln "$t" "$R/host.json" || [ -e "$R/host.json" ] || { rm -f "$t"; exit ${exits.full}; }
  rm -f "$t"
fi
# The names of the folders too: what is safe in a folder that is not would be gone after a power cut.
sync "$R" "\${E%/*}" "$E" || exit ${exits.full}
find "$E" -maxdepth 3 -name '*.stagecraft-temp' -mmin +60 -exec rm -f {} +
cat "$R/host.json"`;
  const host = parseObject<HostRecord>(await runScript(place, script, 'Preparing the state folder'));
  if (typeof host?.identity === 'string' && host.identity !== '') return host;
  throw unreadable(place);
}

export async function readHostRecord(place: Place): Promise<HostRecord | undefined> {
  const text = await place.files.read(`${place.scope.root}/host.json`);
  if (text === undefined) return undefined;
  const host = parseObject<HostRecord>(text);
  if (typeof host?.identity !== 'string') throw unreadable(place);
  return host;
}

/** Proves flock, append, fsync, timeout and free space. Everything at once; nothing is thrown for what is missing. */
export async function checkHost(place: Place, needBytes: number): Promise<HostCheck> {
  const tools = ['flock', 'setsid', 'timeout', 'sha256sum', 'truncate', 'sync', 'find', 'sed', 'tail', 'head', 'base64', 'paste', 'mktemp'];
  const script = `for t in ${tools.join(' ')}; do command -v "$t" >/dev/null 2>&1 || printf 'missing %s\\n' "$t"; done
d=$R; [ -d "$d" ] || mkdir -p "$d" 2>/dev/null; [ -d "$d" ] && [ -w "$d" ] || { printf 'unwritable\\n'; exit 0; }
p=$(mktemp "$d/.check.XXXXXX.stagecraft-temp") || { printf 'unwritable\\n'; exit 0; }
trap 'rm -f "$p"' EXIT
printf 'one\\n' >>"$p" && sync -d "$p" && printf 'two\\n' >>"$p" && sync -d "$p" && [ "$(wc -l <"$p")" -eq 2 ] || printf 'append\\n'
if command -v flock >/dev/null 2>&1; then
  (exec 5>>"$p" && flock -n 5 && (exec 6>>"$p" && ! flock -n 6)) || printf 'flock\\n'
fi
timeout -k 1 5 true 2>/dev/null || printf 'timeout\\n'
df -Pk "$d" 2>/dev/null | awk 'END { print "free", $4 }'`;
  const lines = (await runScript(place, script, 'Checking the host')).split('\n').filter((line) => line !== '');
  const free = Number(lines.find((line) => line.startsWith('free '))?.slice(5) ?? Number.NaN);
  const freeBytes = Number.isFinite(free) ? free * 1024 : -1;
  const missing = lines.filter((line) => line.startsWith('missing ')).map((line) => asFinding(lacks(line.slice(8))));
  const findings = [...missing, ...lines.flatMap((line) => proofs[line]?.(place.scope.root) ?? [])];
  if (freeBytes >= 0 && freeBytes < needBytes) findings.push(lowDisk(place.scope.root, freeBytes, needBytes));
  return { findings, freeBytes };
}

const proofs: Readonly<Record<string, (root: string) => Finding[]>> = {
  unwritable: (root) => [{ severity: 'error', code: 'SC3024', message: `The state folder ${root} cannot be made or written.`, next: [`ls -ld ${quote(root)}`, 'Make it writable, or set STAGECRAFT_HOST_DIR to another folder.'] }],
  append: (root) => [{ severity: 'error', code: 'SC3024', message: `Appending and fsync do not work on the file system of ${root}; a journal there would not survive a crash.`, next: ['Put the state folder on a local file system: set STAGECRAFT_HOST_DIR.'] }],
  flock: (root) => [{ severity: 'error', code: 'SC3025', message: `flock does not keep a second holder out on the file system of ${root}.`, next: ['Put the state folder on a local file system: set STAGECRAFT_HOST_DIR.'] }],
  timeout: () => [{ severity: 'error', code: 'SC3022', message: 'The program timeout does not know -k; coreutils or a current busybox is needed.', next: ['Install coreutils.'] }],
};

function lowDisk(root: string, free: number, need: number): Finding {
  const mib = (bytes: number): string => `${Math.floor(bytes / 1024 / 1024)} MiB`;
  return { severity: 'error', code: 'SC3023', message: `The disk of ${root} has ${mib(free)} left; ${mib(need)} are needed before anything is changed.`, next: [`df -h ${quote(root)}`, 'docker system df'] };
}

function asFinding(error: Error): Finding {
  if (!isStagecraftError(error)) throw error;
  return { severity: 'error', code: error.code, message: error.message, next: error.next };
}

function unreadable(place: Place): Error {
  const path = `${place.scope.root}/host.json`;
  return fail({ code: 'SC3014', kind: 'external', message: `${path} cannot be read: it is damaged or was edited. It holds the host's identity and is left as it is.`, next: [`cat ${quote(path)}`, 'Restore it from a backup, or move it aside: the host then counts as a new one.'] });
}
