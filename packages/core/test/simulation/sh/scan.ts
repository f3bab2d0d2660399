import type { Part } from './tree.js';

/** The text of a script, and where its reader stands. */
export class Scanner {
  protected at = 0;
  /** Documents that were announced on this line, and begin behind it. */
  protected readonly documents: { readonly end: string; readonly into: Part[] }[] = [];

  constructor(protected readonly text: string) {}

  end(): void {
    if (this.at < this.text.length) throw this.unknown('what comes after the script');
  }

  /** The plain word here, without taking it. */
  protected word(): string {
    this.blanks();
    return /^[^\s;&|()<>"'$\\`]+/.exec(this.text.slice(this.at, this.at + 40))?.[0] ?? '';
  }

  protected take(word: string): void {
    this.blanks();
    if (!this.text.startsWith(word, this.at)) throw this.unknown(`what is not ${word}`);
    this.at += word.length;
  }

  protected expect(c: string): void {
    if (this.text[this.at] !== c) throw this.unknown(`what is not ${c}`);
    this.at += 1;
  }

  protected blanks(): void {
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
  protected lines(): void {
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

  protected unknown(what: string): Error {
    const line = this.text.slice(0, this.at).split('\n').length;
    return new Error(`the simulated sh does not know ${what} in line ${line}: ${JSON.stringify(this.text.slice(Math.max(0, this.at - 40), this.at + 40))}`);
  }
}
