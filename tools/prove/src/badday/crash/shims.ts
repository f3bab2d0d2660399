import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { accessSync, constants } from 'node:fs';

/** Programs that the product's scripts call to change something, and those that stand just before a write. */
const tools = ['cat', 'chmod', 'docker', 'ln', 'mkdir', 'mv', 'rm', 'sha256sum', 'sh', 'sync', 'truncate'] as const;

/**
 * Puts programs of the same names before the real ones on a PATH: each tells its instant, and where it is the chosen one does to operator and script what
 * was chosen. The product runs them without knowing.
 * @param faults folder of `log`, `target`, `operator`; the programs lie in its `bin`.
 * @param journal path of the environment's journal.
 */
export async function writeShims(faults: string, journal: string, path: string): Promise<string> {
  const bin = join(faults, 'bin');
  await mkdir(bin, { recursive: true });
  const real = (tool: string): string => find(tool, path);
  await writeFile(join(faults, 'lib'), lib(faults, journal, real));
  for (const tool of tools) {
    const body = tool === 'sh' ? shell(real('sh')) : tool === 'docker' ? docker(real('docker')) : plain(tool, real(tool));
    await writeFile(join(bin, tool), `#!${real('sh')}\n. '${faults}/lib'\n${body}`);
    await chmod(join(bin, tool), 0o755);
  }
  return `${bin}${delimiter}${path}`;
}

function find(tool: string, path: string): string {
  for (const folder of path.split(delimiter)) {
    try {
      accessSync(join(folder, tool), constants.X_OK);
      return join(folder, tool);
    } catch {
      // The next one.
    }
  }
  throw new Error(`${tool} is not on PATH`);
}

/** Few forks: it runs some hundred times a deploy. */
const lib = (faults: string, journal: string, real: (tool: string) => string): string => `F='${faults}' J='${journal}' fault=
# chosen INSTANT: tells it; true when it is the one.
chosen() {
  k="\${FAULT_AT:--}|$1"
  printf '%s\\n' "$k" >>"$F/log"
  [ -e "$F/target" ] || return 1
  { IFS= read -r want; IFS= read -r nth; IFS= read -r how; } 2>/dev/null <"$F/target" || return 1
  [ "$k" = "$want" ] || return 1
  printf x >>"$F/met"
  [ "$(${real('wc')} -c <"$F/met")" -eq "$nth" ] || return 1
  ${real('mv')} "$F/target" "$F/done"
}
instant() { ! chosen "$1" || act; }
act() {
  case $how in
    operator) operator ;;
    tree) operator; session ;;
    script) session ;;
    torn)
      size=$(${real('wc')} -c <"$J") last=$(${real('tail')} -n 1 "$J" | ${real('wc')} -c)
      # Torn before the operator is dead: from then on the prover reads.
      ${real('truncate')} -s $((size - last / 2)) "$J"
      operator
      session ;;
    error:*) fault=\${how#error:} ;;
  esac
}
operator() { IFS= read -r pid <"$F/operator"; kill -9 "$pid"; }
# Everything of this script's session: stopped first, so that none of it goes on when another has ended.
session() {
  read_session "$$"; mine=$s
  read_session "$PPID" 2>/dev/null || s=$mine
  IFS= read -r pid <"$F/driver"; read_session "$pid"
  [ "$s" != "$mine" ] || { echo 'faults: the session is the prover'"'"'s' >&2; exit 99; }
  for signal in STOP KILL; do
    for p in /proc/[0-9]*; do
      p=\${p#/proc/}
      [ "$p" != "$$" ] && read_session "$p" && [ "$s" = "$mine" ] && kill "-$signal" "$p"
    done 2>/dev/null
  done
  kill -KILL "$$"
}
read_session() {
  IFS= read -r s 2>/dev/null <"/proc/$1/stat" || return 1
  s=\${s##*) }; s=\${s#* * * }; s=\${s%% *}
}
# The last argument, without what differs from run to run.
about() {
  for a; do :; done
  n=\${a##*/}
  case $n in *.stagecraft-temp) n=\${n%.stagecraft-temp}; n="\${n%.*} (temp)" ;; esac
  case $n in rel-*.json*) n=release.json ;; rel-*.yml*) n=release.yml ;; rel-*) n=release ;; do-*) n=do ;; undo-*) n=undo ;; op-*) n=operation ;; esac
  case $n in [0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f]*) n=digest ;; esac
}
`;

const plain = (tool: string, real: string): string => `about "$@"
instant "before ${tool} $n"
[ -z "$fault" ] || exec strace -f -qq -o "$F/strace" -e "inject=\${fault%%:*}:error=\${fault#*:}" ${real} "$@"
exec ${real} "$@"
`;

const docker = (real: string): string => `v=
for a; do
  case $a in
    network|container|compose) v="$v $a" ;;
    start|stop|update|rename|rm|connect|disconnect|create|up|kill|restart|pull|build|load|tag|run|remove) v="$v $a"; break ;;
    ps|inspect|logs|wait|exec|config|ls|images|image|version|info|events) v="$v $a"; reads=1; break ;;
  esac
done
instant "before docker$v"
if [ -z "\${reads:-}" ] && chosen "amid docker$v"; then
  ${real} "$@" &
  sleep 0.04
  act
  wait "$!"; exit
fi
${real} "$@"
rc=$?
instant "after docker$v"
exit $rc
`;

const shell = (real: string): string => `case \${1:-} in
  -c)
    b=\${2#*'closed() {'}; b=\${b#*'
}'}
    case $b in
      *'"type":"decision"'*) w=decide ;;
      *'"type":"close"'*) w=close ;;
      *'"type":"open"'*) w=open ;;
      *'"type":"take"'*) w=take ;;
      *'"type":"phase"'*) s=\${b##*'"phase":"'}; w="phase \${s%%'"'*}"; s=\${b##*'"status":"'}; w="$w \${s%%'"'*}" ;;
      *'"type":"note"'* | *'"type":"outcome"'*) s=\${b##*'"step":"'}; w="note \${s%%'"'*}"; s=\${b##*'"direction":"'}; w="$w \${s%%'"'*}" ;;
      *'rm -f "$E/lock"'*) w=release ;;
      *won*) w=lock ;;
      *'save "$E/lock"'*) s=\${b##*'"phase":"'}; w="beat \${s%%'"'*}" ;;
      *'| publish'*) s=\${b##*'publish "$E"/'}; s=\${s%%' '*}; w="upload \${s##*/}"; w=\${w%\\'} ;;
      *'/script' | *"/script'") s=\${b%/script*}; s=\${s%/*}; w="write \${s##*/}" ;;
      *'$R/host.json'*) w=prepare ;;
      *secrets/key*) w=key ;;
      *alive*) w=look ;;
      *) w=read ;;
    esac
    FAULT_AT=$w ;;
  */script) s=\${1%/script}; d=\${s##*/}; d=\${d%%.*}; s=\${s%/*}; FAULT_AT="step \${s##*/} $d" ;;
esac
export FAULT_AT
case \${1:-} in -eu) instant 'effects' ;; *) instant 'sh' ;; esac
[ -z "$fault" ] || exec strace -f -qq -o "$F/strace" --seccomp-bpf -P "$J" -e "trace=\${fault%%:*}" -e "inject=\${fault%%:*}:error=\${fault#*:}" ${real} "$@"
exec ${real} "$@"
`;
