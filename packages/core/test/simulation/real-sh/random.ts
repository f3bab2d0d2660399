import fc from 'fast-check';

/**
 * Small scripts out of what the simulated sh knows, by chance. They come to an end, and what POSIX leaves open is not in them: what of a pipe's commands comes
 * first when both print, backslashes in `echo`, leaving a loop from a subshell. A subshell has no redirection of its own: at the end of a group that has one, dash
 * 0.5.12 forgets it.
 */
export function randomScript(): fc.Arbitrary<string> {
  return fc.tuple(fc.constantFrom('', '', '', 'set -e\n', 'set -u\n', 'set -eu\n', "trap 'echo bye $?' EXIT\n", "set -e; trap 'echo bye $?' EXIT\n"), block(3, false, 2)).map(([first, body]) => `${first}x=1 y='a b' z=\nf() { echo f "$#" "$*"; return 3; }\n${body}\n`);
}

const names = fc.constantFrom('x', 'y', 'z');
const files = fc.constantFrom('a', 'b', 'd/c', 'none/e', '"$x"');
const literal = fc.constantFrom('a', 'b', 'ab', '1', '2', "'a b'", "''", '"c  d"', 'a\\ b', '*', 'd/*', '[ab]', "'*'", '+', '"$(echo q)"', '$(echo r s)', '"$((1 + 2))"');
const pattern = fc.constantFrom('*', 'a*', '*b', '?', "'*'", '[ab]*', '[!a]', '*[0-9]', '"$x"', '$x', 'a?b', "''");

function word(): fc.Arbitrary<string> {
  const wordOf = fc.oneof(
    { weight: 4, arbitrary: literal },
    { weight: 3, arbitrary: names.map((name) => `"$${name}"`) },
    { weight: 2, arbitrary: names.map((name) => `$${name}`) },
    { weight: 1, arbitrary: fc.constantFrom('$?', '$#', '"$@"', '$*', '"$*"', '$1', '"${1-}"', 'a"$x"b', '$x$y', '"$x$z"c') },
    { weight: 2, arbitrary: fc.tuple(fc.constantFrom('x', 'y', 'z', 'none'), fc.constantFrom('-', ':-', '+', ':+'), fc.constantFrom('p', "'p q'", '"$x"', '$y', '', 'p q'), fc.boolean()).map(([name, op, by, quoted]) => (quoted && by.includes("'") ? '"$x"' : quote(`\${${name}${op}${by}}`, quoted))) },
    { weight: 2, arbitrary: fc.tuple(names, fc.constantFrom('#', '##', '%', '%%'), pattern, fc.boolean()).map(([name, op, by, quoted]) => quote(`\${${name}${op}${by}}`, quoted)) },
  );
  return wordOf;
}

function quote(text: string, quoted: boolean): string {
  return quoted ? `"${text}"` : text;
}

function words(most: number): fc.Arbitrary<string> {
  return fc.array(word(), { minLength: 1, maxLength: most }).map((all) => all.join(' '));
}

function condition(): fc.Arbitrary<string> {
  return fc.oneof(
    fc.constantFrom('true', 'false', 'f a', ': ""', '(exit 2)', '! true', '! false', 'grep -qF a a', 'cat a', 'f | true'),
    fc.tuple(names, fc.constantFrom('=', '!='), word()).map(([name, op, by]) => `[ "$${name}" ${op} ${/^("[^@]*"|'.*'|\w+)$/.test(by) ? by : '1'} ]`),
    fc.tuple(fc.constantFrom('-e', '-f', '-d', '-s', '! -e'), files).map(([op, file]) => `[ ${op} ${file} ]`),
    fc.tuple(fc.constantFrom('-n', '-z'), names).map(([op, name]) => `[ ${op} "$${name}" ]`),
    fc.tuple(fc.constantFrom('-eq', '-lt', '-ge'), fc.constantFrom('0', '1', '3')).map(([op, number]) => `[ $# ${op} ${number} ]`),
  );
}

function simple(): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 6, arbitrary: words(3).map((all) => `printf '<%s>' ${all}; echo`) },
    { weight: 3, arbitrary: words(2).map((all) => `echo ${all}`) },
    { weight: 4, arbitrary: fc.tuple(names, word()).map(([name, by]) => `${name}=${by}`) },
    { weight: 2, arbitrary: fc.tuple(names, fc.constantFrom('$(cat a)', '$(echo a; false)', '"$(printf \'1\\n2\\n\')"', '$((1 + 1))', '$(exit 3)', '$(f b)')).map(([name, by]) => `${name}=${by}`) },
    { weight: 3, arbitrary: fc.tuple(words(2), fc.constantFrom('>', '>>'), files).map(([all, op, file]) => `echo ${all} ${op}${file}`) },
    { weight: 3, arbitrary: fc.tuple(fc.constantFrom('cat', 'rm', 'rm -f', 'mkdir', 'mkdir -p', 'tail -n 1', 'sync', 'chmod 640'), files).map(([tool, file]) => `${tool} ${file}`) },
    { weight: 2, arbitrary: fc.tuple(fc.constantFrom('mv', 'mv -f', 'ln'), fc.constantFrom('a', 'b', 'none'), fc.constantFrom('a2', 'b', 'd/e', 'none/g')).map(([tool, from, to]) => `${tool} ${from} ${to}`) },
    { weight: 2, arbitrary: words(2).map((all) => `set -- ${all}`) },
    { weight: 1, arbitrary: words(2).map((all) => `f ${all}`) },
    // What a tool says of a folder that it reads from is each tool's own; our scripts read from none.
    { weight: 3, arbitrary: fc.tuple(fc.constantFrom('wc -l', 'head -c 3', 'read -r x y', 'IFS= read -r z'), files).map(([tool, file]) => `[ -d ${file} ] || ${tool} <${file}`) },
    { weight: 2, arbitrary: fc.constantFrom('true', 'false', ':', 'shift', 'exit', 'exit 4', '(exit 5)', '! false', 'set -e', 'set +e', ': >none/h', 'cat <none', 'ls', 'ls d', 'cd d', 'umask 077', 'x=5 f', 'x=5 :', 'echo "$?"', 'exec 3>>b', 'export x', 'sh prog', 'return 2') },
  );
}

function block(depth: number, loop: boolean, most = 3): fc.Arbitrary<string> {
  return fc.array(command(depth, loop), { minLength: 1, maxLength: most + depth }).map((all) => all.join('\n'));
}

function command(depth: number, loop: boolean): fc.Arbitrary<string> {
  const plain = loop ? fc.oneof({ weight: 8, arbitrary: simple() }, { weight: 1, arbitrary: fc.constantFrom('break', 'continue', '[ "$x" = 1 ] || break', '[ "$i" != 2 ] || continue') }) : simple();
  if (depth === 0) return plain;
  const inner = block(depth - 1, loop, 1);
  const apart = block(depth - 1, false, 1);
  const asked = fc.oneof({ weight: 3, arbitrary: condition() }, { weight: 1, arbitrary: inner.map((body) => `{ ${body}\n}`) });
  return fc.oneof(
    { weight: 8, arbitrary: plain },
    { weight: 2, arbitrary: fc.tuple(asked, fc.constantFrom('&&', '||'), plain.map(oneLine), fc.constantFrom('', ' || echo or', ' && echo and')).map(([a, op, b, more]) => `${a} ${op} { ${b}\n}${more}`) },
    { weight: 2, arbitrary: fc.tuple(asked, inner, fc.option(inner, { nil: undefined })).map(([a, b, c]) => `if ${a}; then\n${b}\n${c === undefined ? '' : `else\n${c}\n`}fi`) },
    { weight: 1, arbitrary: fc.tuple(words(3), block(depth - 1, true, 1)).map(([all, body]) => `for i in ${all}; do\n${body}\ndone`) },
    { weight: 1, arbitrary: block(depth - 1, true, 1).map((body) => `n${depth}=0; while [ $n${depth} -lt 3 ]; do n${depth}=$((n${depth} + 1))\n${body}\ndone`) },
    { weight: 1, arbitrary: fc.tuple(word(), pattern, pattern, inner, inner).map(([w, p, q, a, b]) => `case ${w} in ${p}) ${a}\n;; 1|${q}) ${b}\n;; *) echo other ;; esac`) },
    { weight: 1, arbitrary: fc.tuple(inner, fc.constantFrom('', ' >a', ' >>b', ' >none/f')).map(([body, to]) => `{ ${body}\n}${to}`) },
    { weight: 1, arbitrary: fc.tuple(apart, fc.constantFrom('', ' && echo sub', ' || echo no')).map(([body, to]) => `(${body}\n)${to}`) },
    { weight: 1, arbitrary: fc.tuple(apart, fc.constantFrom('cat', 'wc -l', '{ read -r x; echo "$x"; cat; }', '(cat; false)')).map(([body, to]) => `{ ${body}\n} 2>/dev/null | ${to}`) },
    { weight: 1, arbitrary: apart.map((body) => `g() {\n${body}\n}; g a "b c"; g && echo g`) },
    { weight: 1, arbitrary: fc.constantFrom("cat <<'E'\n$x `no`\nE", "cat <<'E' >a\nline\nE") },
  );
}

function oneLine(text: string): string {
  return text.replaceAll('\n', '; ');
}
