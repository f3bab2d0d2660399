/** Puts colour on text, or leaves it as it is. Colour never carries meaning alone. */
export interface Paint {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly cyan: (text: string) => string;
}

type Env = Readonly<Record<string, string | undefined>>;

/** Colours for a terminal, unless --no-color, NO_COLOR or TERM=dumb say otherwise. */
export function paintFor(output: { readonly isTTY: boolean }, wanted: boolean, env: Env): Paint {
  return wanted && output.isTTY && !env['NO_COLOR'] && env['TERM'] !== 'dumb' ? coloured : bare;
}

const same = (text: string): string => text;

export const bare: Paint = { bold: same, dim: same, red: same, green: same, yellow: same, cyan: same };

const wrap = (on: number, off: number) => (text: string) => (text === '' ? '' : `\u001B[${on}m${text}\u001B[${off}m`);

export const coloured: Paint = { bold: wrap(1, 22), dim: wrap(2, 22), red: wrap(31, 39), green: wrap(32, 39), yellow: wrap(33, 39), cyan: wrap(36, 39) };

export interface Signs {
  readonly done: string;
  readonly failed: string;
  readonly skipped: string;
  readonly undone: string;
  readonly open: string;
  readonly bar: string;
  /** What follows a truncated text. */
  readonly cut: string;
  readonly spinner: readonly string[];
}

/** Signs of a terminal that shows Unicode, else plain ones. */
export function signsFor(env: Env): Signs {
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || '';
  return /utf-?8/i.test(locale) ? unicode : ascii;
}

export const unicode: Signs = { done: '✔', failed: '✖', skipped: '–', undone: '↺', open: '·', bar: '│', cut: '…', spinner: ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'] };
export const ascii: Signs = { done: '+', failed: 'x', skipped: '-', undone: '<', open: '.', bar: '|', cut: '...', spinner: ['|', '/', '-', '\\'] };
