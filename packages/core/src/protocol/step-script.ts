import { fail } from '../errors/index.js';
import { quote } from '../hosts/quote.js';
import type { Scope } from '../hosts/scope.js';
import { exits, prelude } from './prelude.js';
import { recordWords } from './record-words.js';
import type { StepScript } from './types.js';

/**
 * The text of a step's script: take the flock on `step.lock`, compare the session, append the intent, run the effects under `timeout -k`, append the
 * outcome, publish the exit file. The flock is held to the end, and by whatever the effects started that still lives. Everything is in a function that
 * the last line calls, so that a script cut off on its way does nothing.
 */
export function stepScript(scope: Scope, session: string, script: StepScript, folder: string): string {
  const { operation, step, direction, attempt } = script;
  const end = `END_OF_EFFECTS_${session.replace(/[^A-Za-z0-9]/g, '_')}`;
  if (script.effects.includes(end) || script.effects.includes('\0')) throw fail({ code: 'SC3030', kind: 'bug', message: `The effects of ${step} hold a text that a script cannot.` });
  const record = { operation, session, step, direction, attempt };
  const outcome = recordWords({ type: 'outcome', ...record });
  return `#!/bin/sh
main() {
${prelude(scope, session)}
RUN=${quote(folder)}
finish() { printf '%s\\n' "$1" >"$RUN/exit.temp" && mv "$RUN/exit.temp" "$RUN/exit"; }
# Ends what is left of this session: a time-out ends the process tree, and timeout(1) reaches only its own group.
end_session() {
  for p in /proc/[0-9]*; do
    IFS= read -r s 2>/dev/null <"$p/stat" || continue
    s=\${s##*) }; set -- $s
    [ "$4" != "$$" ] || [ "\${p#/proc/}" = "$$" ] || kill "-$SIG" "\${p#/proc/}" 2>/dev/null
  done
}
take_step 30 || { finish '{"state":"busy"}'; exit ${exits.busy}; }
: >"$RUN/begun" || exit 1
[ ! -e "$RUN/cancelled" ] || exit 0
fence || { finish '{"state":"fenced"}'; exit ${exits.fenced}; }
boot=; IFS= read -r boot 2>/dev/null </proc/sys/kernel/random/boot_id || :
cat >"$RUN/effects" <<'${end}'
${effectsHeader(scope, folder)}
${script.effects}
${end}
[ $? -eq 0 ] || { finish '{"state":"refused"}'; exit ${exits.full}; }
now
append ${recordWords({ type: 'intent', ...record })}',"bootId":"'"$boot"'"' || { finish '{"state":"refused"}'; exit ${exits.full}; }
timeout -k 5 ${Math.max(1, Math.ceil(script.timeoutMs / 1000))} sh -eu "$RUN/effects" >"$RUN/log" 2>&1 </dev/null
rc=$?
if [ $rc -eq 124 ]; then SIG=TERM end_session; sleep 1; SIG=KILL end_session; fi
result=
if [ -s "$RUN/results" ]; then
  result=$(LC_ALL=C tr -c '\\012\\040-\\176' '?' <"$RUN/results" | sed -e 's/[\\\\"]/\\\\&/g' -e 's/^\\([^=]*\\)=\\(.*\\)$/"\\1":"\\2"/' | paste -s -d , -) || exit 1
  result=',"result":{'$result'}'
fi
status=completed; [ $rc -eq 0 ] || status=failed
members='"exitCode":'$rc',"bootId":"'$boot'"'$result
now
append ${outcome}',"status":"'$status'",'"$members" || exit ${exits.full}
finish '{"state":"done",'"$members"'}'
}
main
`;
}

function effectsHeader(scope: Scope, folder: string): string {
  return `STAGECRAFT_ROOT=${quote(scope.root)} STAGECRAFT_ENV=${quote(scope.folder)} STAGECRAFT_RUN=${quote(folder)}
export STAGECRAFT_ROOT STAGECRAFT_ENV STAGECRAFT_RUN
umask 077
[ ! -g "$STAGECRAFT_ROOT" ] || umask 007
result() {
  case $1 in ''|*[!A-Za-z0-9_.:/-]*) echo "result: bad key $1" >&2; return 1 ;; esac
  printf '%s=%s\\n' "$1" "$(printf %s "$2" | tr '\\n' ' ')" >>"$STAGECRAFT_RUN/results"
}
proxy_lock() {
  mkdir -p "$STAGECRAFT_ROOT/proxy"
  exec 7>>"$STAGECRAFT_ROOT/proxy/lock"
  flock -w 60 7 || { echo 'the proxy of this host is being changed by another command for more than 60 s' >&2; return 1; }
}`;
}
