import { Scanner } from './scan.js';
import type { Command, Operator, Part, Word } from './tree.js';

export const namePattern = /[A-Za-z_][A-Za-z0-9_]*/y;

/** Reads words: quotes and expansions. */
export abstract class WordReader extends Scanner {
  protected abstract list(until: readonly string[]): Command;

  /** The parts of a word that begins here. */
  protected wordParts(mayBeEmpty = false): Word {
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
      else if (c === '~' && this.at === begin) throw this.unknown('~');
      else {
        plain += c;
        this.at += 1;
      }
    }
    flush();
    if (this.at === begin && !mayBeEmpty) throw this.unknown('a word');
    return parts;
  }

  /** @param end a quote, or the brace of an expansion that is quoted itself: in it quotes come in pairs and take nothing away. */
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
      if (c === '"') {
        this.at += 1;
        continue;
      }
      if (c === '\\') {
        const next = this.text[this.at + 1] ?? '';
        plain += `$\`"\\${end}`.includes(next) ? next : next === '\n' ? '' : `\\${next}`;
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

  protected dollar(quoted: boolean): Part {
    const next = this.text[this.at + 1] ?? '';
    if (next === '(') return this.text[this.at + 2] === '(' ? this.arithmetic(quoted) : this.substitution(quoted);
    if (next === '{') return this.braces(quoted);
    if (/[0-9@*#?$]/.test(next)) {
      this.at += 2;
      return { kind: 'param', name: next, op: '', word: [], quoted };
    }
    if (next === '!' || next === '-') throw this.unknown(`$${next}`);
    namePattern.lastIndex = this.at + 1;
    const found = namePattern.exec(this.text)?.[0];
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
    const word: Part[] = [];
    while (!this.text.startsWith('))', this.at)) {
      const c = this.text[this.at];
      if (c === undefined) throw this.unknown('a sum without its end');
      if (c === '$') word.push(this.dollar(true));
      else {
        word.push({ kind: 'text', text: c, quoted: true });
        this.at += 1;
      }
    }
    this.at += 2;
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
    const word = quoted && /[-+]/.test(found[2] ?? '') ? this.doubleQuoted('}') : this.bracedWord();
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
}
