import type { Command, Operator, Part, Redirect, Word } from './tree.js';

/** Reads a script. @throws Error for everything that it does not know: what is simulated must be what would run. */
export function readScript(text: string): Command {
  const reader = new Reader(text);
  const list = reader.list([]);
  reader.end();
  return list;
}

const name = /[A-Za-z_][A-Za-z0-9_]*/y;
const reserved = new Set(['!', '{', '}', 'case', 'do', 'done', 'elif', 'else', 'esac', 'fi', 'for', 'if', 'in', 'then', 'until', 'while']);

class Reader {
  private at = 0;
  private readonly documents: { readonly end: string; readonly into: Part[] }[] = [];

  constructor(private readonly text: string) {}

  end(): void {
    if (this.at < this.text.length) throw this.unknown('what comes after the script');
  }

  /** Commands up to one of these words, which is left to be read. */
  list(until: readonly string[]): Command {
    const commands: Command[] = [];
    for (;;) {
      this.lines();
      if (this.at >= this.text.length || this.text[this.at] === ')' || this.text.startsWith(';;', this.at) || until.includes(this.word())) break;
      commands.push(this.andOr());
      this.blanks();
      const c = this.text[this.at];
      if (c === ';' && this.text[this.at + 1] !== ';') this.at += 1;
      else if (c === '&') throw this.unknown('&');
      else if (c !== '\n' && c !== undefined && c !== ')' && c !== ';') throw this.unknown('the end of a command');
    }
    return commands.length === 1 && commands[0] ? commands[0] : { kind: 'list', commands };
  }

  private andOr(): Command {
    let left = this.pipe();
    for (;;) {
      this.blanks();
      const op = this.text.slice(this.at, this.at + 2);
      if (op !== '&&' && op !== '||') return left;
      this.at += 2;
      this.lines();
      left = { kind: op === '&&' ? 'and' : 'or', left, right: this.pipe() };
    }
  }

  private pipe(): Command {
    this.blanks();
    const not = this.word() === '!';
    if (not) this.take('!');
    const commands = [this.command()];
    for (;;) {
      this.blanks();
      if (this.text[this.at] !== '|' || this.text[this.at + 1] === '|') break;
      this.at += 1;
      this.lines();
      commands.push(this.command());
    }
    return commands.length === 1 && !not && commands[0] ? commands[0] : { kind: 'pipe', commands, not };
  }

  private command(): Command {
    this.blanks();
    if (this.text[this.at] === '(') {
      this.at += 1;
      const body = this.list([]);
      this.expect(')');
      return { kind: 'subshell', body, redirs: this.redirects() };
    }
    const word = this.word();
    if (word === '{') {
      this.take('{');
      const body = this.list(['}']);
      this.take('}');
      return { kind: 'group', body, redirs: this.redirects() };
    }
    if (word === 'if') return this.conditional();
    if (word === 'while' || word === 'until') {
      this.take(word);
      const when = this.list(['do']);
      return { kind: 'while', until: word === 'until', when, body: this.loop(), redirs: this.redirects() };
    }
    if (word === 'for') return this.forLoop();
    if (word === 'case') return this.choice();
    if (reserved.has(word)) throw this.unknown(`the word ${word}`);
    name.lastIndex = this.at;
    const found = name.exec(this.text)?.[0];
    if (found !== undefined && /^[ \t]*\(\)/.test(this.text.slice(this.at + found.length, this.at + found.length + 8))) {
      this.at = this.text.indexOf(')', this.at) + 1;
      this.lines();
      return { kind: 'function', name: found, body: this.command() };
    }
    return this.simple();
  }

  private simple(): Command {
    const assigns: { name: string; value: Word }[] = [];
    const words: Word[] = [];
    const redirs: Redirect[] = [];
    for (;;) {
      this.blanks();
      const redirect = this.redirect();
      if (redirect) {
        redirs.push(redirect);
        continue;
      }
      if (this.at >= this.text.length || '\n;&|()'.includes(this.text[this.at] ?? '')) break;
      name.lastIndex = this.at;
      const assigned = words.length === 0 ? name.exec(this.text)?.[0] : undefined;
      if (assigned !== undefined && this.text[this.at + assigned.length] === '=') {
        this.at += assigned.length + 1;
        assigns.push({ name: assigned, value: this.wordParts(true) });
      } else words.push(this.wordParts());
    }
    if (assigns.length + words.length + redirs.length === 0) throw this.unknown('a command');
    return { kind: 'simple', assigns, words, redirs };
  }

  private conditional(): Command {
    const arms: { when: Command; then: Command }[] = [];
    let otherwise: Command | undefined;
    this.take('if');
    for (;;) {
      const when = this.list(['then']);
      this.take('then');
      arms.push({ when, then: this.list(['elif', 'else', 'fi']) });
      if (this.word() !== 'elif') break;
      this.take('elif');
    }
    if (this.word() === 'else') {
      this.take('else');
      otherwise = this.list(['fi']);
    }
    this.take('fi');
    return { kind: 'if', arms, otherwise, redirs: this.redirects() };
  }

  private forLoop(): Command {
    this.take('for');
    this.blanks();
    const variable = this.word();
    this.take(variable);
    this.blanks();
    let words: Word[] | undefined;
    if (this.word() === 'in') {
      this.take('in');
      words = [];
      for (this.blanks(); !'\n;'.includes(this.text[this.at] ?? '\n'); this.blanks()) words.push(this.wordParts());
    }
    this.blanks();
    if (this.text[this.at] === ';') this.at += 1;
    this.lines();
    return { kind: 'for', name: variable, words, body: this.loop(), redirs: this.redirects() };
  }

  private loop(): Command {
    this.take('do');
    const body = this.list(['done']);
    this.take('done');
    return body;
  }

  private choice(): Command {
    this.take('case');
    this.blanks();
    const word = this.wordParts();
    this.lines();
    this.take('in');
    const arms: { patterns: Word[]; body: Command }[] = [];
    for (this.lines(); this.word() !== 'esac'; this.lines()) {
      if (this.text[this.at] === '(') this.at += 1;
      const patterns: Word[] = [];
      for (;;) {
        this.blanks();
        patterns.push(this.wordParts());
        this.blanks();
        if (this.text[this.at] !== '|') break;
        this.at += 1;
      }
      this.expect(')');
      arms.push({ patterns, body: this.list(['esac']) });
      if (this.text.startsWith(';;', this.at)) this.at += 2;
    }
    this.take('esac');
    return { kind: 'case', word, arms, redirs: this.redirects() };
  }

  private redirects(): Redirect[] {
    const all: Redirect[] = [];
    for (;;) {
      this.blanks();
      const one = this.redirect();
      if (!one) return all;
      all.push(one);
    }
  }

  private redirect(): Redirect | undefined {
    const found = /^(\d?)(<<|>>|>&|<&|<|>)/.exec(this.text.slice(this.at, this.at + 4));
    if (!found) return undefined;
    const [all, digit = '', kind = ''] = found;
    if (kind === '<&' || this.text[this.at + all.length] === '|') throw this.unknown('a redirection');
    this.at += all.length;
    this.blanks();
    const fd = digit === '' ? (kind.startsWith('<') ? 0 : 1) : Number(digit);
    if (kind !== '<<') return { fd, kind: kind as '<' | '>' | '>>' | '>&', word: this.wordParts() };
    const [end, ...more] = this.wordParts();
    if (end?.kind !== 'text' || !end.quoted || more.length > 0) throw this.unknown('a document whose end is not quoted');
    const into: Part[] = [];
    this.documents.push({ end: end.text, into });
    return { fd, kind: '<<', word: into };
  }

  /** The parts of a word that begins here. */
  private wordParts(mayBeEmpty = false): Word {
    const parts: Part[] = [];
    let plain = '';
    const flush = (): void => {
      if (plain !== '') parts.push({ kind: 'text', text: plain, quoted: false });
      plain = '';
    };
    const begin = this.at;
    for (;;) {
      const c = this.text[this.at];
      if (c === undefined || ' \t\n;&|()<>'.includes(c)) break;
      if (c === "'") {
        flush();
        const end = this.text.indexOf("'", this.at + 1);
        if (end < 0) throw this.unknown('a quote without its end');
        parts.push({ kind: 'text', text: this.text.slice(this.at + 1, end), quoted: true });
        this.at = end + 1;
      } else if (c === '"') {
        flush();
        this.at += 1;
        const inside = this.doubleQuoted('"');
        parts.push(...(inside.length === 0 ? [{ kind: 'text', text: '', quoted: true } as const] : inside));
        this.at += 1;
      } else if (c === '\\') {
        const next = this.text[this.at + 1] ?? '';
        if (next !== '\n') {
          flush();
          parts.push({ kind: 'text', text: next, quoted: true });
        }
        this.at += 2;
      } else if (c === '$') {
        flush();
        parts.push(this.dollar(false));
      } else if (c === '`') throw this.unknown('a back quote');
      else {
        plain += c;
        this.at += 1;
      }
    }
    flush();
    if (this.at === begin && !mayBeEmpty) throw this.unknown('a word');
    return parts;
  }

  private doubleQuoted(end: string): Part[] {
    const parts: Part[] = [];
    let plain = '';
    const flush = (): void => {
      if (plain !== '') parts.push({ kind: 'text', text: plain, quoted: true });
      plain = '';
    };
    for (;;) {
      const c = this.text[this.at];
      if (c === undefined) throw this.unknown('a quote without its end');
      if (c === end) break;
      if (c === '\\') {
        const next = this.text[this.at + 1] ?? '';
        plain += '$`"\\'.includes(next) ? next : next === '\n' ? '' : `\\${next}`;
        this.at += 2;
      } else if (c === '$') {
        flush();
        parts.push(this.dollar(true));
      } else {
        plain += c;
        this.at += 1;
      }
    }
    flush();
    return parts;
  }

  private dollar(quoted: boolean): Part {
    const next = this.text[this.at + 1] ?? '';
    if (next === '(') return this.text[this.at + 2] === '(' ? this.arithmetic(quoted) : this.substitution(quoted);
    if (next === '{') return this.braces(quoted);
    if (/[0-9@*#?$!-]/.test(next)) {
      this.at += 2;
      return { kind: 'param', name: next, op: '', word: [], quoted };
    }
    name.lastIndex = this.at + 1;
    const found = name.exec(this.text)?.[0];
    this.at += 1 + (found?.length ?? 0);
    return found === undefined ? { kind: 'text', text: '$', quoted } : { kind: 'param', name: found, op: '', word: [], quoted };
  }

  private substitution(quoted: boolean): Part {
    this.at += 2;
    const body = this.list([]);
    this.expect(')');
    return { kind: 'command', body, quoted };
  }

  private arithmetic(quoted: boolean): Part {
    this.at += 3;
    const end = this.text.indexOf('))', this.at);
    const inside = new Reader(this.text.slice(this.at, end));
    const word: Part[] = [];
    while (inside.at < inside.text.length) {
      const c = inside.text[inside.at] ?? '';
      if (c === '$') word.push(inside.dollar(true));
      else {
        word.push({ kind: 'text', text: c, quoted: true });
        inside.at += 1;
      }
    }
    this.at = end + 2;
    return { kind: 'arithmetic', word, quoted };
  }

  private braces(quoted: boolean): Part {
    this.at += 2;
    if (this.text[this.at] === '#' && this.text[this.at + 1] !== '}') {
      const found = /^#([A-Za-z0-9_]+)\}/.exec(this.text.slice(this.at));
      if (!found?.[1]) throw this.unknown('an expansion');
      this.at += found[0].length;
      return { kind: 'param', name: found[1], op: 'length', word: [], quoted };
    }
    const found = /^([A-Za-z_][A-Za-z0-9_]*|[0-9@*#?$])(##|#|%%|%|:-|-|:\+|\+|)/.exec(this.text.slice(this.at, this.at + 80));
    if (!found?.[1]) throw this.unknown('an expansion');
    this.at += found[0].length;
    const word = this.bracedWord();
    this.expect('}');
    return { kind: 'param', name: found[1], op: found[2] as Operator, word, quoted };
  }

  /** The word of an expansion: up to its brace, with quotes. */
  private bracedWord(): Word {
    const parts: Part[] = [];
    while (this.text[this.at] !== '}') {
      const c = this.text[this.at];
      if (c === undefined) throw this.unknown('an expansion without its end');
      if (c === "'") {
        const end = this.text.indexOf("'", this.at + 1);
        parts.push({ kind: 'text', text: this.text.slice(this.at + 1, end), quoted: true });
        this.at = end + 1;
      } else if (c === '"') {
        this.at += 1;
        parts.push(...this.doubleQuoted('"'));
        this.at += 1;
      } else if (c === '$') parts.push(this.dollar(false));
      else if (c === '\\') {
        parts.push({ kind: 'text', text: this.text[this.at + 1] ?? '', quoted: true });
        this.at += 2;
      } else {
        parts.push({ kind: 'text', text: c, quoted: false });
        this.at += 1;
      }
    }
    return parts;
  }

  /** The plain word here, without taking it. */
  private word(): string {
    this.blanks();
    return /^[^\s;&|()<>"'$\\`]+/.exec(this.text.slice(this.at, this.at + 40))?.[0] ?? '';
  }

  private take(word: string): void {
    this.blanks();
    if (!this.text.startsWith(word, this.at)) throw this.unknown(`what is not ${word}`);
    this.at += word.length;
  }

  private expect(c: string): void {
    if (this.text[this.at] !== c) throw this.unknown(`what is not ${c}`);
    this.at += 1;
  }

  private blanks(): void {
    for (;;) {
      const c = this.text[this.at];
      if (c === ' ' || c === '\t') this.at += 1;
      else if (c === '\\' && this.text[this.at + 1] === '\n') this.at += 2;
      else if (c === '#' && (this.at === 0 || ' \t\n;()'.includes(this.text[this.at - 1] ?? ''))) {
        const end = this.text.indexOf('\n', this.at);
        this.at = end < 0 ? this.text.length : end;
      } else return;
    }
  }

  /** Blanks and line ends; behind a line end come the documents that were announced on it. */
  private lines(): void {
    for (;;) {
      this.blanks();
      if (this.text[this.at] !== '\n') return;
      this.at += 1;
      for (const { end, into } of this.documents.splice(0)) {
        const stop = this.text.indexOf(`\n${end}\n`, this.at - 1);
        if (stop < 0) throw this.unknown('a document without its end');
        into.push({ kind: 'text', text: this.text.slice(this.at, stop + 1), quoted: true });
        this.at = stop + end.length + 2;
      }
    }
  }

  private unknown(what: string): Error {
    const line = this.text.slice(0, this.at).split('\n').length;
    return new Error(`the simulated sh does not know ${what} in line ${line}: ${JSON.stringify(this.text.slice(Math.max(0, this.at - 40), this.at + 40))}`);
  }
}
