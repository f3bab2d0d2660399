import type { Case } from './twin.js';

/** Small scripts, one for each thing that the simulated sh is to do as a real one does. They share the files of `given`. */
export const corpus = (): readonly Case[] => [
  ...of('quoting', [
    `printf '%s\\n' 'a b' "c  d" e\\ f "g'h" 'i"j' "\\$x \\\\ \\" \\a" ''`,
    `x='  a  b '; printf '[%s]' $x "$x" ' '$x' ' "$x$x"; echo`,
    `x=; printf '[%s]' $x "$x" a$x "$x"b; echo $# ; set -- $x; echo $#; set -- "$x"; echo $#`,
    `printf '%s|' a\\
b "c\\
d" 'e\\
f'; echo`,
    `x='*.txt'; echo $x "$x" '*.txt' *.none; cd sub; echo * ./*; echo *[0-9]*`,
    `echo a#b #c
echo '#' # d
: # e`,
    `x='a"b'; y="'"; echo "$x$y" $x$y`,
    `set -- 'a b' c ''; for w in "$@"; do printf '<%s>' "$w"; done; for w in $@; do printf '(%s)' "$w"; done; for w in "$*"; do printf '{%s}' "$w"; done; for w; do printf '[%s]' "$w"; done; echo $#`,
    `set -- a b; printf '<%s>' "x$@y" "x$*y" x$@y; set --; printf '<%s>' "$@" "x$@y"; echo`,
    `printf '%s\\n' "$(printf 'a\\n\\nb\\n\\n\\n')" $(printf 'c  d\\ne\\n')`,
    `printf '<%s>' "$(echo "a $(echo 'b  c') d")" $(echo "$(echo 'e  f')")`,
    `echo $ "$" '$' a$ "a$ b"`,
  ]),
  ...of('parameters', [
    `unset_=; printf '<%s>' "\${none-a}" "\${none:-b}" "\${unset_-c}" "\${unset_:-d}" "\${none+e}" "\${none:+f}" "\${unset_+g}" "\${unset_:+h}"; echo`,
    `x=v; printf '<%s>' \${x:+-a "$x"} \${x:+"-b c" d}e \${none:+f} "\${x:+"g h"}" "\${none:-"i j"}" \${none:-"k l" m}; echo`,
    `x=/a/b/c.tar.gz; printf '<%s>' "\${x#*/}" "\${x##*/}" "\${x%/*}" "\${x%%/*}" "\${x%.*}" "\${x%%.*}" "\${x#/a}" "\${x#b}" "\${x%z}" "\${x##*.}"; echo`,
    `x='a*b?c[d]'; p='*b'; printf '<%s>' "\${x#a\\*}" "\${x#"$p"}" "\${x#$p}" "\${x%'[d]'}" "\${x%[d]}" "\${x%\\[d\\]}" "\${x#a"*"}"; echo`,
    `x='{"session":"s-1","op":"o-2",}'; op=\${x#*'"op":"'}; op=\${op%%'"'*}; echo "$op" "\${x%%,*}"`,
    `x='one
two
'; printf '<%s>' "\${x%
}" "\${x%%
*}" "\${x#*
}"; echo`,
    `x=abcab; printf '<%s>' "\${#x}" "\${#none}" "\${x#*b}" "\${x##*b}" "\${x%a*}" "\${x%%a*}" "\${x%[!c]}" "\${x#[a-c]}" "\${x#?}" "\${x##?*}"; echo`,
    `echo "$((1 + 2))" $((5-7)); n=3; echo $((n + 1)) $(($n + 1)); seq=7; seq=$((seq + 1)); echo $seq; echo $((n - 1 + 4 - 2))`,
    `set -- a b c d e f g h i; echo $1 $9 $# "\${3}" "\${1#a}"; shift; echo $1 $#; shift 3; echo $1 $#`,
    `x=1; y=$x; x=2; echo "$x$y" "\${x}y" "\${x}\${y}"`,
    `x=a y=b; x=$y y=$x; echo $x $y`,
    `true; echo $?; false; echo $? $?; (exit 7); echo $?; x=$(exit 5); echo $?; x=$(exit 4)a; echo "$? $x"; x=1; echo $?`,
    `f() { echo "$#:$*" "$1"; }; f a 'b c'; f; set -- o; f p; echo $1`,
    `x=out; f() { x=in; y=new; }; f; echo $x $y; (x=sub); echo $x; z=$(x=subst; echo $x); echo $x $z`,
    `x=1; x=2 true; echo $x; f() { echo "in $x"; }; x=3 f; echo "after $x"; z=4 sh sub/prog; echo "<$z>"`,
    `export A=1 B; B=2; printf 'echo "$A $B $C"\\n' >child; C=3; sh child; C=4 sh child; C=5; export C; sh child; D=1 true; printf 'echo "<\${D-none}>"' >child; sh child`,
    `IFS= read -r l <lines; echo "<$l>"; read -r a b <words; echo "<$a> <$b>"; read -r x <empty || echo "end $?"; echo "<$x>"; printf 'no end' | { IFS= read -r y || echo "<$y>"; }`,
    `while IFS= read -r line; do echo "[$line]"; done <lines; while read -r a b rest; do echo "$a|$b|$rest"; done <words`,
    `printf ' a  b  c \\n\\n d\\n' >f; while read -r x y; do echo "<$x><$y>"; done <f; while read -r x; do echo "<$x>"; done <f; while IFS= read -r x; do echo "<$x>"; done <f`,
    `x=5; { read -r x; read -r y; } <lines; echo "$x|$y"; cat lines | read -r z; echo "<$z>"`,
  ]),
  ...of('lists', [
    `true && echo a || echo b; false && echo c || echo d; false || false && echo e; true || echo f && echo g; ! true || echo h; ! false && echo i`,
    `if true; then echo a; fi; if false; then echo b; else echo c; fi; if false; then :; elif true; then echo d; else echo e; fi; if false; then :; fi; echo $?`,
    `if ! false; then echo a; fi
if false
then echo b
elif false
then echo c
else
  echo d
fi`,
    `i=0; while [ $i -lt 4 ]; do i=$((i + 1)); [ $i -ne 2 ] || continue; [ $i -ne 4 ] || break; echo $i; done; echo end $i`,
    `i=0; until [ $i -ge 3 ]; do echo $i; i=$((i + 1)); done; while false; do :; done; echo $?`,
    `for a in 1 2; do for b in x y; do [ $b = x ] || continue 2; echo $a$b; done; done; for a in 1 2; do for b in x y; do break 2; done; done; echo $a$b`,
    `for a in; do echo never; done; echo $?; for a in "b c" d*; do echo "$a"; done; echo "$a"`,
    `for x in a bb '' '*' ab; do case $x in a) echo one ;; b*) echo two ;; '') echo empty ;; '*') echo star ;; *b) echo end ;; *) echo other ;; esac; done`,
    `case abc in a|x) echo 1;; a?c|y) echo 2;; esac; case '[' in '[') echo 3;; esac; case a5 in [!0-9]*[0-9]) echo 4;; esac; case x in y) ;; esac; echo $?; false; case x in x) ;; esac; echo $?`,
    `p='a*'; case abc in $p) echo glob;; esac; case abc in "$p") echo lit;; *) echo no;; esac; case 'a*' in "$p") echo same;; esac; case $(echo q) in (q) echo paren;; esac`,
    `x='{"session":"s-1","operation":"o"}' S=s-1; case $x in '{"session":"'"$S"'",'*) echo mine;; *) echo theirs;; esac; case $x in '{"session":"'"s-2"'",'*) echo mine;; *) echo theirs;; esac`,
    `case 12a in *[!0-9]*) echo word;; *) echo number;; esac; case 12 in ''|*[!0-9]*) echo word;; *) echo number;; esac; case 2026-01-01T00:00:00.000Z in *[!0-9TZ:.-]*) echo bad;; *) echo good;; esac; case 'a/b:c' in ''|*[!A-Za-z0-9_.:/-]*) echo bad;; *) echo good;; esac`,
    `case 'a
b' in a*b) echo across;; esac; case ']' in []]) echo bracket;; esac; case - in [a-]) echo dash;; esac; case '\\' in \\\\) echo back;; esac`,
    `{ echo a; echo b; } >f; cat f; { echo c; } | cat; (echo d; exit 3); echo $?; ( (echo e) ); { false; }; echo $?`,
    `f() { return 3; }; f; echo $?; g() { false; }; g; echo $?; h() { false; return; }; h; echo $?; k() { for i in 1 2; do return $i; done; }; k; echo $?; l() ( exit 6 ); l; echo $?; m() { (return 4); echo "in $?"; }; m`,
    `f() { echo old; }; f() { echo new; }; f; g() { f; }; f() { echo newer; }; g; (f() { echo sub; }; f); f`,
    `f() {
  if [ "$1" -gt 0 ]; then echo $1; f $(($1 - 1)); echo back $1; fi
}
f 3`,
    `echo a; exit 4; echo b`,
    `false; exit`,
    `(exit 3); (exit); echo $?; f() { exit 9; }; f; echo never`,
    `echo a | cat; false | true; echo $?; true | false; echo $?; ! true | false; echo $?; printf 'b\\na\\n' | cat | wc -l; x=1; echo | x=2; echo $x`,
    `printf 'a\\nb\\n' | while read -r l; do echo "<$l>"; done; printf 'x\\n' | { read -r l; echo "$l"; exit 5; }; echo $?`,
    `echo one; echo two | (cat; echo three >&2) 2>/dev/null; (exit 2) | (exit 3); echo $?; exit 1 | true; echo still`,
  ]),
  ...of('redirections', [
    `echo a >f; echo b >>f; cat <f; : >f; cat f; echo c >f 2>/dev/null; cat f; >g; ls`,
    `{ echo out; echo err >&2; } >f 2>g; cat g f; { echo out; echo err >&2; } >f 2>&1; cat f; { echo x >&2; } 2>&1 >/dev/null`,
    `exec 3>f; echo a >&3; echo b >&3; cat f; (echo c >&3); cat f; exec 4>>f; echo d >&4; cat f`,
    `exec 5<lines; cat <lines; cat lines >f; wc -l <f`,
    `cat <none || echo "code $?"; echo after`,
    `echo a >none/f; echo "code $?"; { echo b; } >none/f; echo "code $?"; (echo c) >none/f; echo "code $?"; for i in 1; do echo d; done >none/f; echo "code $?"; cat <none/f; echo "code $?"`,
    `: >none/f || echo never; echo never`,
    `: <none; echo never`,
    `exec 9>>none/f; echo never`,
    `exec 9>>none/f || echo never`,
    `(exec 9>>none/f && echo never); echo "code $?"; (: >none/f; echo never) || echo "code $?"`,
    `f() { : >none/f; echo never; }; f || echo never; echo never`,
    `eval_() { echo a; }; eval_ >none/f; echo "code $?"; true >none/f; echo "code $?"; x=$(: >none/f; echo never); echo "code $? <$x>"`,
    `cat >f <<'E'
a $x \`b\` \\ "c"
 E
E
cat f; cat <<'ONE' <<'TWO'
first
ONE
second
TWO
echo after`,
    `if true; then cat <<'E'; fi
in if
E
f() { cat <<'E'
in f
E
}; f; f | cat`,
    `echo a >f; { cat; echo "<$(cat)>"; } <f; echo b >"f g"; cat "f g"; x=name; echo c >$x; echo d >"$x$x"; ls`,
    `echo a >f; f=f; cat <$f >g; cat g; echo b >/dev/null; cat </dev/null; echo $?; echo x 2>/dev/null >f; cat f`,
    `{ echo a; { echo b >&3; } 3>&1; echo c; } >f; cat f; exec 3>&1; echo d >&3; x=$(echo e >&3); echo "<$x>"; exec >g; echo f`,
    `exec 2>/dev/null; none_of_it() { echo a; echo b >&2; }; none_of_it; x=$(none_of_it); echo "$x"`,
    `printf 'abcdef' >f; { head -c 2; echo; head -c 1; echo; cat; } <f; printf '12345' | { head -c 2 >g; cat >h; }; cat g; echo; cat h`,
    `while read -r a; do echo "<$a>"; cat >rest; done <lines; cat rest; wc -l <rest`,
    `echo a >f; exec 3>>f; echo b >&3; echo c >>f; echo d >&3; cat f`,
  ]),
  ...of('options', [
    `set -e; false; echo never`, `set -e; false || true; false && true; ! true; if false; then :; fi; while false; do :; done; echo here`, `set -e; true && false; echo never`, `set -e; (false; echo never); echo never`,
    `set -e; (false; echo inside) || echo right; { false; echo in; } || echo never; f() { false; echo in f; }; f || echo never; f; echo never`, `set -e; if (false; echo in); then echo yes; fi; ! (false; echo again); echo end`,
    `set -e; x=$(false); echo never`, `set -e; x=$(false; echo never) || echo "failed <$x>"; echo $(false) here; echo end`, `set -e; x=$(echo a; false; echo b); echo "never"`, `set -e; echo "$(false; echo sub)"; echo end`,
    `set -e; false | true; echo a; true | false; echo never`, `set -e; { false; echo never; } | cat; echo end`, `set -e; { echo a; false; } | cat && echo b; (false; echo c) | cat; echo d`, `set -e; if { false; echo tested; } | cat; then echo end; fi`,
    `set -e; case a in a) false; echo never;; esac; echo never`, `set -e; for i in 1 2; do [ $i = 2 ] && echo two; done; echo end; for i in 1 2; do [ $i = 1 ] && echo one; done; echo end`, `set -e; f() { [ $1 = a ] && echo a; }; f a; f b; echo never`,
    `set -e; { [ a = b ] && echo never; }; echo end; while true; do false; done; echo never`, `set -e; until false; do false; done; echo never`, `set -e; f() { return 1; }; if f; then :; fi; f || f || true; f && true; f; echo never`,
    `set -e; ! false; ! true; echo a; ! { false; echo b; }; echo c`, `set -e; echo x >none/f; echo never`, `set -e; { echo x; } >none/f; echo never`, `set -e; x=1 false; echo never`, `set -e; cat none 2>/dev/null; echo never`,
    `set -e; trap 'echo trapped $?' EXIT; false; echo never`, `set -e; (set -e; false; echo tested) && echo a; [ -e none ] || echo b`, `set -e; g() { f || return 5; }; f() { false; true; }; g; echo end`,
    `set -u; echo "\${x-a}" "\${x:-b}" "\${x+c}" "\${x:+d}" "$#" "$*" "$@"; echo $x; echo never`, `set -u; (echo "$x"; echo never); echo "code $?"; y=$(echo "$x"); echo "code $?"; f() { echo "$1"; }; f a; f; echo never`,
    `set -u; x=; echo "<$x>"; echo "\${y#a}"; echo never`, `set -u; echo "\${#y}"; echo never`, `set -u; set --; for i in "$@"; do :; done; echo "$1"; echo never`, `set -u; if [ -n "$none" ]; then :; fi; echo never`, `set -u; [ "$none" ] || echo never`,
    `set -eu; x=1; echo $x; y=$((x + 1)); echo $y; set -- a; echo $1`, `set -u; x=2; echo $((x + 1))`,
  ]),
  ...of('ends', [
    `trap 'echo bye' EXIT; echo a`, `trap 'echo "bye $?"' EXIT; exit 3`, `trap 'echo bye; exit 5' EXIT; exit 3`, `trap 'false' EXIT; exit 4`, `trap 'rm -f f' EXIT; echo a >f; ls; (exit 2); ls f`,
    `trap 'echo outer' EXIT; (echo in); (trap 'echo inner' EXIT; echo in2); x=$(echo in3); echo "$x"`, `trap 'echo bye' EXIT; exec true; echo never`, `trap 'echo bye' EXIT; f() { exit 2; }; f`, `trap 'echo one' EXIT; trap 'echo two' EXIT`, `trap 'echo one' EXIT; trap '' EXIT; echo a`, `trap 'echo bye' EXIT; set -u; echo $none`,
    `x=1; trap 'echo $x' EXIT; x=2`, `exec echo a b; echo never`, `(exec echo a; echo never); echo b; x=$(exec printf c); echo $x`, `exec sh sub/prog; echo never`, `sh sub/prog; echo "code $?"; sh -eu sub/fails; echo "code $?"; sh sub/fails; echo "code $?"; sh none; echo "code $?"`,
    `umask 077; echo a >f; mkdir d; (umask 022; echo b >g; mkdir e); umask 007; echo c >h; mkdir -p i/j`, `cd sub; echo x >y; cd ..; ls sub; cd none || echo "code $?"; (cd sub; ls)`, `cd sub && sh prog; cd ./..; cd sub/../sub/.; cat y1`,
    `command -v cat >/dev/null && echo a; command -v none >/dev/null 2>&1 || echo "code $?"; command -v cd >/dev/null && echo b; f() { :; }; command -v f >/dev/null && echo c`, `timeout -k 5 10 sh sub/fails; echo $?`, `timeout -k 5 10 cat lines; timeout -k 1 2 false; echo $?; echo a | timeout -k 1 2 cat`,
    `true a b; : c; echo $?; set -- -a; echo $1; set x y; echo $*; set --; echo $#`, `f() { shift; echo "$@"; }; f a b c; set -- 1 2; shift 2; echo $#; shift; echo never`, `set -- 1; shift 2; echo never`,
  ]),
  ...of('test', [
    `t() { "$@" && echo "y: $*" || echo "n $?: $*"; }; t [ a ]; t [ '' ]; t [ ]; t [ -n a ]; t [ -n '' ]; t [ -z '' ]; t [ -z a ]; t [ a = a ]; t [ a = b ]; t [ a != b ]; t test a; t test a = a; t test`,
    `t() { "$@" && echo "y: $*" || echo "n $?: $*"; }; for op in -eq -ne -lt -le -gt -ge; do for n in 1 2 03 -1; do t [ $n $op 2 ]; done; done`,
    `t() { "$@" && echo "y: $*" || echo "n $?: $*"; }; for op in -e -f -d -s -w -L; do for p in lines empty sub none; do t [ $op $p ]; t [ ! $op $p ]; done; done`,
    `t() { "$@" && echo "y: $*" || echo "n $?: $*"; }; t [ ! a = a ]; t [ ! a = b ]; t [ ! '' ]; t [ ! a ]; t [ ! ]; t [ = ]; t [ ! = a ]; t [ -n = -n ]; t [ '' = '' ]; t [ -e ]`,
    `[ a -eq 1 ] 2>/dev/null; echo $?; [ '' -eq 1 ] 2>/dev/null; echo $?; [ " 2 " -eq 2 ]; echo $?; [ 1x -lt 2 ] 2>/dev/null; echo $?`,
    `n=$(wc -l <lines); [ "$n" -eq 3 ] && echo three; [ "$(wc -c <empty)" -eq 0 ] && echo none; [ $? -eq 0 ] && echo ok; [ -O lines ] && echo own; [ -g sub ] || echo plain`,
    `[ ! -e none ] || echo never; [ -e lines ] && [ -s lines ] && echo both; [ -s none ] || [ -e sub/prog ] && echo or`,
  ]),
  ...of('tools', [
    `printf '%s\\n' a b 'c d'; printf '%s=%s\\n' a b c; printf 'x\\n'; printf '%s'; printf '%%\\t%s\\n' a; printf ''; printf 'a\\\\b\\n'; printf '%s\\n' 'a\\nb' '%s'; printf %s x; echo; printf '%s %s|' a b c d; printf '%s\\n'`,
    `echo; echo a  b; echo 'a  b'; echo "$(echo x)"`, `cat lines empty words; cat none; echo $?; cat lines none words; echo $?; echo x | cat; cat <lines | cat`,
    `mv lines other; ls; mv none x; echo $?; mv -f other words; cat words; echo a >f; mv f sub/g; cat sub/g; mv sub/g none/x; echo $?; mv words sub; ls sub; ls`, `mkdir -p d/e; echo a >d/f; mv d d2; cat d2/f; mv d2 sub; cat sub/d2/f; mkdir d2; mv d2 sub; echo $?; mv d2 lines; echo $?; mv d2 d2/x; echo $?; mv lines d2; mv d2/lines .; mkdir d2/words; mv words d2; echo $?; ls`, `echo a >f; echo b >g; mv f g; mv g sub; mv sub/g sub/y1; cat sub/y1; mv none sub; echo $?; mv -f sub/y1 .; ls`,
    `ln lines also; echo more >>also; cat lines; rm lines; cat also; ln also words; echo $?; ln none x; echo $?; ln also none/x; echo $?; mv -f also words; cat words; ls`, `echo a >f; ln f g; echo b >h; mv h f; cat g f`,
    `rm lines; rm none; echo $?; rm -f none words; echo $?; rm sub; echo $?; rm -f sub; echo $?; rm -rf sub none; echo $?; ls; rm none empty; echo $?; ls`, `mkdir a; mkdir a; echo $?; mkdir -p a b/c/d; mkdir -p lines; echo $?; mkdir x/y; echo $?; mkdir -p lines/z; echo $?; mkdir p a q; echo $?; ls; ls b`,
    `chmod 600 lines; chmod 755 sub; chmod 644 none; echo $?; chmod a+r words; chmod a+rx sub; umask 077; echo a >f; chmod a+r f; mkdir g; chmod a+rx g; chmod 640 lines words`, `echo a >f; chmod 400 f; mv lines f; cat f; ls`,
    `wc -c <lines; wc -l <lines; wc -l <empty; printf 'no end' | wc -l; printf 'a\\nb' | wc -c; cat words | wc -l; [ "$(cat lines | wc -l)" -eq 3 ] && echo yes`,
    `head -c 3 <lines; echo; head -c 100 <lines; head -c 0 <lines; tail -n 1 lines; tail -n 2 lines; tail -n 9 lines; printf 'a\\nb' | tail -n 1; echo; tail -n 1 empty; tail -n 1 none; echo $?; tail -c 3 lines; tail -c +3 lines; tail -c 99 lines; cat lines | tail -n 2 | tail -c 4`,
    `last=$(tail -n 1 lines && printf x); echo "<$last>"; printf 'a\\nb' >f; last=$(tail -n 1 f && printf x); echo "<$last>"; last=$(tail -n 1 none && printf x) || echo "failed <$last>"`,
    `truncate -s 3 lines; cat lines; truncate -s 0 words; wc -c <words; truncate -s 2 made; wc -c <made; truncate -s 5 empty; wc -c <empty; truncate -s 1 none/f; echo $?`, `printf a | sha256sum; printf %s "$(cat lines)" | sha256sum; x=$(printf a | sha256sum); echo "\${x%% *}"; sha256sum <empty`, `printf 'YWIK' | base64 -d; printf 'YW\\nIK\\n' | base64 -d`,
    `grep -qF tw lines && echo a; grep -qF none lines || echo "b $?"; grep -qF '.' lines; echo $?; grep -qxF two lines && echo c; grep -qxF tw lines || echo d; grep -qsF x none; echo $?; grep -qF x none 2>/dev/null; echo $?; printf '1\\n\\n2\\n' | grep -c .; printf '' | grep -c .; echo $?; grep -F o lines; cat lines | grep -qxF three && echo e; grep -c . empty`,
    `printf 'a?b\\na+b\\n' | grep -F '?'; printf 'x\\ny' | grep -xF y; printf 'x{1}\\n(y)\\n' | grep -c .; grep t lines; grep -q one lines; echo $?`, `sed '$d' lines; printf 'a\\nb' >f; sed '$d' f; sed '$d' empty; sed '$d' f | wc -c; keep=$(sed '$d' lines | wc -c); echo $keep; sed '$d' none; echo $?`,
    `printf 'k=v\\na="b\\\\c"\\n' | sed -e 's/[\\\\"]/\\\\&/g' -e 's/^\\([^=]*\\)=\\(.*\\)$/"\\1":"\\2"/'; echo abcb | sed -e 's/b/x/'; echo abcb | sed -e 's/b/[&]/g'; printf 'no end' | sed -e 's/e/E/g'; printf 'a.b\\n' | sed -e 's/a.b/x/' -e 's/./y/g'; echo 'a(b)+' | sed -e 's/(b)/c/'; echo 'aab+' | sed -e 's/b+/c/'; echo | sed -e 's/^/x/'`,
    `printf 'a\\nb\\n' | tr '\\n' ' '; echo; printf 'x\\ty z\\n' | LC_ALL=C tr -c '\\012\\040-\\176' '?'; echo a-b | tr - _`, `printf '1\\n2\\n3\\n' | paste -s -d , -; echo one | paste -s -d , -; printf 'a\\n\\nb' | paste -s -d , -`, `printf '2 b\\n10 c\\n1 a\\n' | sort -n; printf '2 b\\n10 c\\n1 a\\n' | sort -n | cut -d ' ' -f 2; printf 'x\\na b c\\n' | cut -d ' ' -f 2; printf '3\\n3\\nx\\n' | sort -n`,
    `basename /a/b/c; basename c; dirname /a/b/c; dirname c; dirname /a; basename "a b/c d"; dirname a/`, `ls; ls sub; ls none; echo $?; for f in $(ls sub); do echo "<$f>"; done; ls lines`, `find sub -name prog -exec cat {} +; mkdir -p r/1 r/2/3; echo a >r/1/f.json; echo c >r/2/3/f.json; find r -mindepth 2 -maxdepth 2 -name f.json -exec cat {} +; find r -name none -exec cat {} +; echo $?; find r -name '*.json' -mmin +60 -exec rm -f {} +; ls r/1`,
    `date -u +%Y-%m-%dT%H:%M:%S.%3NZ; sync lines; sync -d lines; sync none; echo $?; sync sub lines; echo $?; sync sub none lines 2>/dev/null; echo $?`, `exec 9>>lock; flock -n 9 && echo got; (exec 8>>lock; flock -n 8 || echo "held $?"); (flock -n 9 && echo same); flock -w 1 9; echo $?; exec 7>>other; flock 7; echo $?`,
    `(exec 9>>lock && flock -n 9) && echo a; exec 8>>lock; flock -n 8 && echo b; step_free() { (exec 9>>lock && flock "\${1:--n}" \${2:+"$2"} 9); }; step_free || echo c; step_free -w 0 || echo d`, `exec 9>>lock; flock -n 9; exec 9>>lock2; (exec 8>>lock; flock -n 8 && echo free)`, `true; test a = a; echo $?; [ a = b ]; echo $?; dirname sub/prog; false; echo $?`,
    `IFS= read -r boot </proc/sys/kernel/random/boot_id; [ -n "$boot" ] && echo told; for p in /proc/none/[0-9]*; do echo "$p"; done; { IFS= read -r s 2>/dev/null <none/stat || echo skip; }`, `docker ps -a; echo $?; x=$(docker inspect a); echo "<$x> $?"; docker stop a b 2>/dev/null || echo "failed $?"; docker ps -a | wc -l; for id in $(docker ps -q); do echo "<$id>"; done`,
  ]),
];

function of(about: string, scripts: readonly string[]): readonly Case[] {
  return scripts.map((script) => ({ name: about, script: () => script, files: given, docker: engine }));
}

const given: NonNullable<Case['files']> = new Map([
  ['lines', { text: 'one\ntwo\nthree\n', mode: 0o644 }],
  ['words', { text: 'a b c d\ne  f\n', mode: 0o600 }],
  ['empty', { text: '', mode: 0o644 }],
  ['sub', { text: undefined, mode: 0o755 }],
  ['sub/prog', { text: 'echo "run $# $0" >/dev/null\necho prog\n', mode: 0o644 }],
  ['sub/fails', { text: 'echo begins\nfalse\necho goes on\nexit 7\n', mode: 0o644 }],
  ['sub/y1', { text: 'y\n', mode: 0o644 }],
]);

function* engine(shell: Parameters<NonNullable<Case['docker']>>[0], argv: readonly string[]): ReturnType<NonNullable<Case['docker']>> {
  if (argv[1] === 'stop') return yield* shell.complain('no such container');
  yield* shell.print(argv[1] === 'ps' ? 'id1\nid2\n' : `${argv.slice(1).join(' ')}\n`);
  return 0;
}
