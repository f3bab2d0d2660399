import type { Command } from '@oclif/core';

export interface CompletionFlag {
  /** `--format`, and `-f` where there is one. */
  readonly words: readonly string[];
  readonly summary: string;
  /** `none`: a switch. `files`: a path. A list: one of these. `any`: something that nobody can guess. */
  readonly takes: 'none' | 'files' | 'any' | Words;
}

type Words = readonly string[];

/** A place in the command line: a topic or a command. */
export interface CompletionPlace {
  /** `''` for the program, `releases`, `releases list`. */
  readonly path: string;
  /** What may stand next. */
  readonly next: readonly { readonly word: string; readonly summary: string }[];
  readonly flags: readonly CompletionFlag[];
}

interface Source {
  readonly commands: readonly Command.Loadable[];
  readonly topics: readonly { readonly name: string; readonly description?: string | undefined }[];
}

/** Flags whose value is a path. */
const files = new Set(['config', 'plan', 'out']);

/** Every place of the command line with what may stand there, sorted by path. */
export function completionPlaces({ commands, topics }: Source): readonly CompletionPlace[] {
  const shown = commands.filter((command) => command.hidden !== true);
  const ids = new Set(shown.flatMap((command) => prefixes(command.id.split(/[: ]/))));
  const summaryOf = (path: string): string => {
    const command = shown.find((entry) => entry.id.split(/[: ]/).join(' ') === path);
    const topic = topics.find((entry) => entry.name.split(/[: ]/).join(' ') === path);
    return oneLine(command?.summary ?? command?.description ?? topic?.description ?? '');
  };
  return [...ids].sort().map((path) => {
    const children = [...ids].filter((id) => id !== '' && parentOf(id) === path).sort();
    const command = shown.find((entry) => entry.id.split(/[: ]/).join(' ') === path);
    return { path, next: children.map((id) => ({ word: id.split(' ').at(-1) ?? id, summary: summaryOf(id) })), flags: flagsOf(command) };
  });
}

function flagsOf(command: Command.Loadable | undefined): CompletionFlag[] {
  const help = { words: ['--help', '-h'], summary: 'Show help.', takes: 'none' as const };
  if (command === undefined) return [help];
  const own = Object.entries(command.flags)
    .filter(([, flag]) => flag.hidden !== true)
    .map(([name, flag]) => ({ words: [`--${name}`, ...(flag.char === undefined ? [] : [`-${flag.char}`])], summary: oneLine(flag.summary ?? flag.description ?? ''), takes: takesOf(name, flag) }));
  return [...own, help].sort((a, b) => ((a.words[0] ?? '') < (b.words[0] ?? '') ? -1 : 1));
}

function takesOf(name: string, flag: Command.Flag.Cached): CompletionFlag['takes'] {
  if (flag.type === 'boolean') return 'none';
  if (flag.options !== undefined) return flag.options;
  return files.has(name) ? 'files' : 'any';
}

function prefixes(words: readonly string[]): string[] {
  return words.map((_, at) => words.slice(0, at).join(' ')).concat(words.join(' '));
}

function parentOf(path: string): string {
  return path.split(' ').slice(0, -1).join(' ');
}

function oneLine(text: string): string {
  return text.replace(/<%= *config.bin *%>/g, 'stagecraft').split('\n')[0]?.trim().replace(/\.$/, '') ?? '';
}
