import type { CompletionPlace } from './model.js';
import { shellWord } from './shell-word.js';

/** A script for fish: to be sourced, or kept as `stagecraft.fish` in its folder of completions. */
export function fishCompletion(bin: string, places: readonly CompletionPlace[]): string {
  const valued = [...new Set(places.flatMap((place) => place.flags.filter((flag) => flag.takes !== 'none').flatMap((flag) => flag.words)))].sort();
  const known = places.filter((place) => place.path !== '').map((place) => shellWord(place.path));
  return `# ${bin} completion for fish.

# The command that the words so far lead to is the one given.
function __${bin}_at
    set -l place ''
    set -l skip 0
    for word in (commandline -opc)[2..]
        if test $skip = 1
            set skip 0
            continue
        end
        switch $word
            case ${valued.map(shellWord).join(' ')}
                set skip 1
            case '-*'
            case '*'
                set -l longer (string trim -- "$place $word")
                if contains -- $longer ${known.join(' ')}
                    set place $longer
                end
        end
    end
    test "$place" = "$argv[1]"
end

complete -c ${bin} -f
${places.flatMap((place) => lines(bin, place)).join('\n')}
`;
}

function lines(bin: string, place: CompletionPlace): string[] {
  const at = `complete -c ${bin} -n ${shellWord(`__${bin}_at '${place.path}'`).replaceAll(`'"'"'`, "\\'")}`;
  const next = place.next.map((entry) => `${at} -a ${word(entry.word)} -d ${word(entry.summary)}`);
  const flags = place.flags.map((flag) => {
    const names = flag.words.map((name) => (name.startsWith('--') ? `-l ${word(name.slice(2))}` : `-s ${word(name.slice(1))}`)).join(' ');
    const value = flag.takes === 'none' ? '' : flag.takes === 'files' ? ' -r -F' : flag.takes === 'any' ? ' -x' : ` -x -a ${word(flag.takes.join(' '))}`;
    return `${at} ${names}${value} -d ${word(flag.summary)}`;
  });
  return [...next, ...flags];
}

/** fish takes a backslash for a quote inside of quotes. */
function word(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
