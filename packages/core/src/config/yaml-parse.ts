import type * as Library from 'yaml';
import { deepAt, invisible, withoutStacks } from './yaml-syntax.js';

type Yaml = Pick<typeof Library, 'Composer' | 'Lexer' | 'Parser'>;
type Options = NonNullable<ConstructorParameters<typeof Library.Composer>[0]>;

/** A file of 256 KiB as people write them has at most some hundred thousand: words, signs, spaces, line ends. */
export const mostTokens = 150_000;

export type Parsed =
  /** Where it nests deeper than anybody writes: `yaml` recurses as it composes. */
  | { readonly deep: number }
  /** `cut`: it has more tokens than are read, and the line that begins there is the first that was not. What is wrong before it is known all the same. */
  | { readonly deep?: undefined; readonly documents: readonly Library.Document.Parsed[]; readonly cut: number | undefined };

/**
 * Parses a YAML text in bounded time. Its tokens are made once, for the depth and for the documents: that is a third of the time that a large file takes.
 * @param lines learns where each line begins, as far as it is read.
 */
export function parseYaml(yaml: Yaml, text: string, lines: Library.LineCounter, options: Options): Parsed {
  const { tokens, kept, cut } = tokensOf(new yaml.Lexer().lex(text));
  const deep = deepAt(tokens);
  if (deep !== undefined) {
    text.split('\n').reduce((offset, line) => (lines.addNewLine(offset), offset + line.length + 1), 0);
    return { deep };
  }
  lines.addNewLine(0);
  const documents = withoutStacks(() => [...new yaml.Composer({ prettyErrors: false, uniqueKeys: false, ...options }).compose(parsed(new yaml.Parser(lines.addNewLine), kept))]);
  if (cut !== undefined) for (const document of documents) document.errors = document.errors.filter((error) => error.pos[0] < cut.line);
  return { documents, cut: cut?.end };
}

interface Tokens {
  /** At most as many as are read. */
  readonly tokens: readonly string[];
  /** Those of whole lines; all, where one line is more than all. */
  readonly kept: readonly string[];
  /** Where those end, and their last line begins; undefined: nothing is left. */
  readonly cut: { readonly line: number; readonly end: number } | undefined;
}

function tokensOf(all: Iterable<string>): Tokens {
  const tokens: string[] = [];
  let whole = 0;
  let [offset, line, end] = [0, 0, 0];
  for (const token of all) {
    if (tokens.length === mostTokens) {
      return whole === 0 ? { tokens, kept: tokens, cut: { line: offset, end: offset } } : { tokens, kept: tokens.slice(0, whole), cut: { line, end } };
    }
    tokens.push(token);
    if (!invisible.has(token)) offset += token.length;
    if (token.endsWith('\n')) {
      whole = tokens.length;
      [line, end] = [end, offset];
    }
  }
  return { tokens, kept: tokens, cut: undefined };
}

function* parsed(parser: Library.Parser, tokens: readonly string[]): Generator<Library.CST.Token> {
  for (const token of tokens) yield* parser.next(token);
  yield* parser.end();
}
