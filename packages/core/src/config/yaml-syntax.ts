import type { LineCounter, YAMLError } from 'yaml';

/** Deeper than this nests nobody. */
export const deepest = 64;

/** What makes a text no YAML, in words. */
export interface SyntaxProblem {
  readonly offset: number;
  readonly message: string;
  readonly next: string;
  /** It is about a tag. */
  readonly tag: boolean;
}

/**
 * What `yaml` complains of, in words, sorted by place. One slip makes it stumble over the rest of its line, and often of the file: the
 * first of each line, of ten lines.
 */
export function syntaxProblems(errors: readonly YAMLError[], text: string, lines: LineCounter): readonly SyntaxProblem[] {
  const written = text.split('\n');
  const stumbled = new Set<number>();
  const problems: SyntaxProblem[] = [];
  for (const error of [...errors].sort((a, b) => a.pos[0] - b.pos[0])) {
    const { line } = lines.linePos(error.pos[0]);
    if (stumbled.has(line)) continue;
    stumbled.add(line);
    problems.push(inWords(error, written[line - 1] ?? ''));
    if (problems.length === 10) break;
  }
  return problems;
}

/** Each error of `yaml` notes its stack, which nobody reads; of a hundred thousand that takes a second. */
export function withoutStacks<Result>(parse: () => Result): Result {
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return parse();
  } finally {
    Error.stackTraceLimit = before;
  }
}

const words: Readonly<Record<string, readonly [message: string, next: string]>> = {
  TAB_AS_INDENT: ['a tab indents this line', 'indent with spaces: YAML knows no tabs there'],
  BAD_INDENT: ['this line is not indented like its neighbours', 'give all keys of one map the same indentation'],
  MULTILINE_IMPLICIT_KEY: ['a key must end on its line', 'is a colon missing, or a quote open?'],
  BLOCK_AS_IMPLICIT_KEY: ['a map or list cannot begin in the middle of this line', 'put it on lines of its own, or quote the text: it holds `: `'],
  BAD_ALIAS: ['an alias has no name', 'quote the text if it begins with `*`'],
  BAD_SCALAR_START: ['text cannot begin with this character', 'quote it'],
  BAD_DQ_ESCAPE: ['no such escape inside double quotes', 'use single quotes, or write the backslash twice'],
};

const openBracket = ['a bracket that was opened above is not closed', 'close it with `}` or `]`'] as const;
const openQuote = ['a quote that was opened above is not closed', 'close it; a quote inside of quotes is written twice, or with a backslash in double ones'] as const;

function inWords(error: YAMLError, line: string): SyntaxProblem {
  const problem = (message: string, next: string, tag = false): SyntaxProblem => ({ offset: error.pos[0], message, next, tag });
  const known = error.message.startsWith('Flow ') || /^Expected .* to end with/.test(error.message) ? openBracket : /^Missing closing/.test(error.message) ? openQuote : words[error.code];
  if (/[{[,:]\s*\$\{/.test(line) && /[{[]/.test(line.replace(/\$\{/g, ''))) return problem('a variable inside of braces or brackets must stand in quotes', 'write "${NAME}"');
  if (known !== undefined) return problem(known[0], known[1]);
  if (error.code === 'TAG_RESOLVE_FAILED') return problem('this tag is not understood here', 'remove it', true);
  return problem(`this is no YAML: ${(error.message.split('\n')[0] ?? '').replace(/[.:]?$/, '')}`, 'correct this line or the one above it');
}

/** Where the nesting goes too deep: `yaml` recurses as it composes, so this is asked of its tokens before. */
export function deepAt(tokens: Iterable<string>): number | undefined {
  const levels: number[] = [];
  let flow = 0;
  let offset = 0;
  let column = 0;
  let lineStart = true;
  let scalar = false;
  for (const token of tokens) {
    if (scalar) {
      scalar = false;
    } else if (token === '\u001f') {
      scalar = true;
    } else if (token === '[' || token === '{') {
      flow += 1;
    } else if (token === ']' || token === '}') {
      flow = Math.max(0, flow - 1);
    }
    if (token.endsWith('\n')) {
      lineStart = true;
      column = 0;
    } else if (lineStart && flow === 0 && !invisible.has(token) && !/^[ \t]+$/.test(token) && !token.startsWith('#')) {
      while (levels.length > 0 && (levels.at(-1) as number) >= column) levels.pop();
      levels.push(column);
      lineStart = token === '-' || token === '?';
    }
    if (flow + levels.length > deepest) return offset;
    if (!invisible.has(token)) {
      offset += token.length;
      if (!token.endsWith('\n')) column += token.length;
    }
  }
  return undefined;
}

/** Marks of the reader of tokens that are no text: document, end of flow, scalar, byte order mark. */
export const invisible = new Set(['\u0002', '\u0018', '\u001f', '\uFEFF']);

