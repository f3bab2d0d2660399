import { namePattern, WordReader } from './read-words.js';
import type { Command, Part, Redirect, Word } from './tree.js';

/** Reads a script. @throws Error for everything that it does not know: what is simulated must be what would run. */
export function readScript(text: string): Command {
  const reader = new Reader(text);
  const list = reader.list([]);
  reader.end();
  return list;
}

const reserved = new Set(['!', '{', '}', 'case', 'do', 'done', 'elif', 'else', 'esac', 'fi', 'for', 'if', 'in', 'then', 'until', 'while']);

class Reader extends WordReader {
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
    namePattern.lastIndex = this.at;
    const found = namePattern.exec(this.text)?.[0];
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
      namePattern.lastIndex = this.at;
      const assigned = words.length === 0 ? namePattern.exec(this.text)?.[0] : undefined;
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
}
