import type { CompletionFlag, CompletionPlace } from './model.js';
import { shellWord } from './shell-word.js';

/** A script for bash 3.2 and later. */
export function bashCompletion(bin: string, places: readonly CompletionPlace[]): string {
  const valued = [...new Set(places.flatMap((place) => place.flags.filter((flag) => flag.takes !== 'none').flatMap((flag) => flag.words)))].sort();
  const known = places.filter((place) => place.path !== '').map((place) => shellWord(place.path));
  return `# ${bin} completion for bash.
_${bin}() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" place="" flag="" word at words=""
  COMPREPLY=()
  # bash splits --flag=value into three words.
  [ "$cur" = "=" ] && cur=""
  for ((at = 1; at < COMP_CWORD; at++)); do
    word="\${COMP_WORDS[at]}"
    [ "$word" = "=" ] && continue
    case "$flag" in ${valued.join('|')}) flag=""; continue ;; esac
    flag=""
    case "$word" in
      -*) flag="$word" ;;
      *) case "\${place:+$place }$word" in
        ${known.join('|')}) place="\${place:+$place }$word" ;;
      esac ;;
    esac
  done
  case "$place $flag" in
${places.flatMap((place) => place.flags.flatMap((flag) => valueCase(place, flag))).join('\n')}
  esac
  case "$place" in
${places.map(placeCase).join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -F _${bin} ${bin}
`;
}

function valueCase(place: CompletionPlace, flag: CompletionFlag): string[] {
  if (flag.takes === 'none') return [];
  const pattern = flag.words.map((word) => shellWord(`${place.path} ${word}`)).join('|');
  if (flag.takes === 'files') return [`    ${pattern}) COMPREPLY=($(compgen -f -- "$cur")); return ;;`];
  if (flag.takes === 'any') return [`    ${pattern}) return ;;`];
  return [`    ${pattern}) COMPREPLY=($(compgen -W ${shellWord(flag.takes.join(' '))} -- "$cur")); return ;;`];
}

function placeCase(place: CompletionPlace): string {
  const flags = place.flags.flatMap((flag) => flag.words.filter((word) => word.startsWith('--')));
  const next = place.next.map((entry) => entry.word);
  return `    ${shellWord(place.path)}) case "$cur" in -*) words=${shellWord(flags.join(' '))} ;; *) words=${shellWord(next.join(' '))} ;; esac ;;`;
}
