import type { CompletionFlag, CompletionPlace } from './model.js';
import { shellWord } from './shell-word.js';

/** A script for zsh: to be sourced, or kept as `_stagecraft` in a folder of `fpath`. */
export function zshCompletion(bin: string, places: readonly CompletionPlace[]): string {
  const valued = [...new Set(places.flatMap((place) => place.flags.filter((flag) => flag.takes !== 'none').flatMap((flag) => flag.words)))].sort();
  return `#compdef ${bin}
# ${bin} completion for zsh.

# Where the words lead: the command, and the flag whose value comes next.
_${bin}_place() {
  local word
  place="" flag=""
  for word in "$@"; do
    case "$flag" in (${valued.join('|')}) flag=""; continue ;; esac
    flag=""
    case "$word" in
      (-*) flag="$word" ;;
      (*) case "\${place:+$place }$word" in
        (${places.filter((place) => place.path !== '').map((place) => shellWord(place.path)).join('|')}) place="\${place:+$place }$word" ;;
      esac ;;
    esac
  done
}

_${bin}() {
  local place flag
  local -a found
  _${bin}_place "\${(@)words[2,CURRENT-1]}"
  case "$place $flag" in
${places.flatMap((place) => place.flags.flatMap((flag) => valueCase(place, flag))).join('\n')}
  esac
  case "$place" in
${places.map((place) => placeCase(place)).join('\n')}
  esac
}

if [ "$funcstack[1]" = "_${bin}" ]; then _${bin} "$@"; else compdef _${bin} ${bin}; fi
`;
}

function valueCase(place: CompletionPlace, flag: CompletionFlag): string[] {
  if (flag.takes === 'none') return [];
  const pattern = flag.words.map((word) => shellWord(`${place.path} ${word}`)).join('|');
  if (flag.takes === 'files') return [`    (${pattern}) _files; return ;;`];
  if (flag.takes === 'any') return [`    (${pattern}) return ;;`];
  return [`    (${pattern}) compadd -- ${flag.takes.map(shellWord).join(' ')}; return ;;`];
}

function placeCase(place: CompletionPlace): string {
  const described = (word: string, summary: string): string => shellWord(`${word.replaceAll(':', '\\:')}:${summary}`);
  const flags = place.flags.flatMap((flag) => flag.words.map((word) => described(word, flag.summary)));
  const next = place.next.map((entry) => described(entry.word, entry.summary));
  const commands = next.length === 0 ? '' : `found=(${next.join(' ')}); _describe command found`;
  return `    (${shellWord(place.path)}) if [[ "$PREFIX" == -* ]]; then found=(${flags.join(' ')}); _describe option found; ${commands === '' ? '' : `else ${commands}; `}fi ;;`;
}
