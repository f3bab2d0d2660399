/** The last lines of a terminal, drawn again and again. */
export interface LiveArea {
  /** Shows these lines in the place of those before; none may be wider than the terminal. */
  draw(lines: readonly string[]): void;
  /** Takes the lines away and puts the cursor where they began. */
  clear(): void;
  /** Leaves the lines where they are. */
  keep(): void;
}

const escape = '\u001B[';
/** One picture at once, where the terminal can (others ignore it). */
const [beginPicture, endPicture] = [`${escape}?2026h`, `${escape}?2026l`];
const [hideCursor, showCursor] = [`${escape}?25l`, `${escape}?25h`];
/** While drawing, a line that is too wide after all is cut by the terminal rather than wrapped: a wrapped one would be counted wrongly. */
const [noWrap, wrap] = [`${escape}?7l`, `${escape}?7h`];

/**
 * Draws over the old lines instead of erasing them first, so that nothing flickers.
 * (log-update 7.2 leaves old lines behind when the number of lines shrinks.)
 */
export function createLiveArea(write: (text: string) => void): LiveArea {
  let height = 0;
  let shown = '';
  const home = (): string => (height === 0 ? '\r' : `\r${escape}${height}A`);
  return {
    draw(lines) {
      const picture = lines.map((line) => `${line}${escape}K\n`).join('');
      if (picture === shown) return;
      write(`${beginPicture}${hideCursor}${noWrap}${home()}${picture}${escape}J${wrap}${endPicture}`);
      height = lines.length;
      shown = picture;
    },
    clear() {
      if (height === 0) return;
      write(`${home()}${escape}J${showCursor}`);
      height = 0;
      shown = '';
    },
    keep() {
      if (height > 0) write(showCursor);
      height = 0;
      shown = '';
    },
  };
}
