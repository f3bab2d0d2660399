/** Programs that stand before the machine's own: those whose answer would be another one each time, or that is not there. */
export const stubs: Readonly<Record<string, string>> = {
  // Says again what the simulated one said, call by call, and keeps what it was asked.
  docker: `#!/bin/sh
n=0
while [ -e "$CASE/calls/$n.said" ]; do n=$((n + 1)); done
printf '%s\\n' "$#" "$@" >"$CASE/calls/$n.said"
[ -e "$CASE/calls/$n.code" ] || exit 99
cat "$CASE/calls/$n.out"
cat "$CASE/calls/$n.err" >&2
read -r code <"$CASE/calls/$n.code" || :
exit "$code"
`,
  date: `#!/bin/sh
echo "$SAID"
`,
  sleep: `#!/bin/sh
exit 0
`,
};

/** Runs every case below `$1`, each in an sh of its own, which knows nothing of the others. */
export const driver = `umask 022
for CASE in "$1"/cases/*; do
  export CASE
  flags=
  read -r flags <"$CASE/flags" || :
  cd "$CASE/w" || exit 1
  sh \${flags:+"-$flags"} "$CASE/script" <"$CASE/in" >"$CASE/out" 2>"$CASE/err"
  echo $? >"$CASE/code"
done
`;
