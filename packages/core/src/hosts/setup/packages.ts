import { quote } from '../quote.js';

/** What a host's package sources offer. */
export interface PackageOffer {
  /** Names of the packages that bring engine, client and Compose. */
  readonly names: readonly string[];
  /** Version of the engine and of Compose; '' where there is no package. */
  readonly engine: string;
  readonly compose: string;
  /** What is installed already and would be replaced by a newer one. */
  readonly replaced: readonly string[];
  /** How many packages would be new. */
  readonly added: number;
  /** The line of `sources.list` that the suite needs; '' where it has one. */
  readonly source: string;
}

const sourceOf = (suite: string): string => `/etc/apt/sources.list.d/stagecraft-${suite}.list`;

/** The source line of another suite: as that of the system's own, from the same place and by the same keys. apt knows it once its lists are read. */
const suiteLine = `. /etc/os-release; apt-get "$@" indextargets --format '$(RELEASE)|$(COMPONENT)|$(REPO_URI)|$(SIGNED_BY)|$(TRUSTED)' 'Identifier: Packages' | awk -F '|' -v own="$VERSION_CODENAME" -v suite="$suite" '$1 == own && $2 == "main" { o = (substr($4, 1, 1) == "/" ? "signed-by=" $4 : ""); if ($5 == "yes") o = o (o == "" ? "" : " ") "trusted=yes"; print "deb " (o == "" ? "" : "[" o "] ") $3 " " suite " main"; exit }'`;

/** Asks the package sources what they offer now. Lists are kept in a folder of its own, so that it changes nothing and needs no root. @param suite another suite than the system's own; '' for that. */
export function offerScript(suite: string): string {
  return `export LC_ALL=C DEBIAN_FRONTEND=noninteractive
command -v apt-get >/dev/null || { echo 'there is no apt-get' >&2; exit 1; }
T=$(mktemp -d) && trap 'rm -rf "$T"' EXIT || exit 1
mkdir -p "$T/lists/partial" "$T/cache/archives/partial" "$T/parts"
[ ! -d /etc/apt/sources.list.d ] || cp -r /etc/apt/sources.list.d/. "$T/parts/" || exit 1
suite=${quote(suite)}
set -- -o Dir::State::Lists="$T/lists" -o Dir::Cache="$T/cache" -o Dir::Etc::SourceParts="$T/parts" -o APT::Sandbox::User="$(id -un)" -o Acquire::Languages=none -o Acquire::Retries=2
update() { apt-get "$@" -qq update >"$T/log" 2>&1 || { tail -n 5 "$T/log" >&2; exit 1; }; }
update "$@"
if [ -n "$suite" ] && [ ! -e ${quote(sourceOf(suite))} ]; then
  line=$(${suiteLine})
  [ -n "$line" ] || { echo 'no source of packages of the system itself was found' >&2; exit 1; }
  echo "source=$line"
  printf '%s\\n' "$line" >"$T/parts/stagecraft-$suite.list"
  update "$@"
fi
[ -z "$suite" ] || set -- "$@" -t "$suite"
candidate() { apt-cache "$@" | sed -n 's/^  Candidate: //p' | grep -v '(none)'; }
names=
for name in docker.io docker-cli docker-compose-v2 docker-compose; do
  version=$(candidate "$@" policy "$name") || continue
  case $name in docker-compose) [ -z "$compose" ] || continue ;; esac
  case $name in docker.io) echo "engine=$version" ;; docker-compose*) compose=$version; echo "compose=$version" ;; esac
  names="$names $name"
done
echo "names=$names"
# shellcheck disable=SC2086
[ -z "$names" ] || apt-get "$@" -s -qq --no-install-recommends install $names >"$T/plan" 2>"$T/log" || { tail -n 5 "$T/log" >&2; exit 1; }
[ ! -e "$T/plan" ] || awk '$1 == "Inst" { if ($3 ~ /^\\[/) print "replaced=" $2; else print "added=" $2 }' "$T/plan"`;
}

/** Reads the answer. */
export function offerOf(text: string): PackageOffer {
  const all = (key: string): readonly string[] => text.split('\n').filter((line) => line.startsWith(`${key}=`)).map((line) => line.slice(key.length + 1).trim());
  return {
    names: (all('names')[0] ?? '').split(' ').filter((name) => name !== ''),
    engine: all('engine')[0] ?? '',
    compose: all('compose')[0] ?? '',
    replaced: [...all('replaced')].sort(),
    added: all('added').length,
    source: all('source')[0] ?? '',
  };
}

/** Installs them. Nothing else is ever taken from another suite than the system's own. */
export function installScript({ names, suite, source }: { readonly names: readonly string[]; readonly suite: string; readonly source: string }): string {
  const pin = `Package: *\nPin: release n=${suite}\nPin-Priority: 100\n`;
  return `export LC_ALL=C DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l
log=$(mktemp) || exit 1
${
  source === ''
    ? ''
    : `printf '%s' ${quote(pin)} >${quote(`/etc/apt/preferences.d/stagecraft-${suite}`)} && printf '%s\\n' ${quote(source)} >${quote(`${sourceOf(suite)}.new`)} && mv ${quote(`${sourceOf(suite)}.new`)} ${quote(sourceOf(suite))} || exit 1`
}
# What a broken connection, or somebody else, left half done.
{ dpkg --configure -a && apt-get -o DPkg::Lock::Timeout=300 -q update && apt-get -o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confold -q -y --no-install-recommends ${suite === '' ? '' : `-t ${quote(suite)} `}install ${names.map(quote).join(' ')}; } >"$log" 2>&1 </dev/null
code=$?
[ "$code" = 0 ] || tail -n 15 "$log" >&2
rm -f "$log"
exit "$code"`;
}
