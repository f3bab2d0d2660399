/** What the reader makes of a script: the part of POSIX sh that our scripts use, and nothing else. */
export type Command =
  | { readonly kind: 'simple'; readonly assigns: readonly { readonly name: string; readonly value: Word }[]; readonly words: readonly Word[]; readonly redirs: readonly Redirect[] }
  | { readonly kind: 'pipe'; readonly commands: readonly Command[]; readonly not: boolean }
  | { readonly kind: 'and' | 'or'; readonly left: Command; readonly right: Command }
  | { readonly kind: 'list'; readonly commands: readonly Command[] }
  | { readonly kind: 'subshell'; readonly body: Command; readonly redirs: readonly Redirect[] }
  | { readonly kind: 'group'; readonly body: Command; readonly redirs: readonly Redirect[] }
  | { readonly kind: 'if'; readonly arms: readonly { readonly when: Command; readonly then: Command }[]; readonly otherwise: Command | undefined; readonly redirs: readonly Redirect[] }
  | { readonly kind: 'while'; readonly until: boolean; readonly when: Command; readonly body: Command; readonly redirs: readonly Redirect[] }
  | { readonly kind: 'for'; readonly name: string; readonly words: readonly Word[] | undefined; readonly body: Command; readonly redirs: readonly Redirect[] }
  | { readonly kind: 'case'; readonly word: Word; readonly arms: readonly { readonly patterns: readonly Word[]; readonly body: Command }[]; readonly redirs: readonly Redirect[] }
  | { readonly kind: 'function'; readonly name: string; readonly body: Command };

export interface Redirect {
  readonly fd: number;
  readonly kind: '<' | '>' | '>>' | '>&' | '<<';
  readonly word: Word;
}

export type Word = readonly Part[];

export type Part =
  | { readonly kind: 'text'; readonly text: string; readonly quoted: boolean }
  | { readonly kind: 'param'; readonly name: string; readonly op: Operator; readonly word: Word; readonly quoted: boolean }
  | { readonly kind: 'command'; readonly body: Command; readonly quoted: boolean }
  | { readonly kind: 'arithmetic'; readonly word: Word; readonly quoted: boolean };

export type Operator = '' | '#' | '##' | '%' | '%%' | '-' | ':-' | '+' | ':+' | 'length';
