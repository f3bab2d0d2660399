import type { GuardedOutput } from '../base/output.js';

const escape = '\u001B[';

/**
 * Shows one picture after the other: from the top of the terminal, cut to its height; where there is none each one that differs is printed, an empty line
 * between two.
 */
export function createPictures(stdout: GuardedOutput): (text: string) => void {
  let shown: string | undefined;
  return (text) => {
    if (text === shown) return;
    const first = shown === undefined;
    shown = text;
    if (!stdout.isTTY) return stdout.write(first ? text : `\n${text}`);
    const lines = text.trimEnd().split('\n');
    const room = Math.max(1, stdout.rows - 1);
    const cut = lines.length > room ? [...lines.slice(0, room - 1), `… ${lines.length - room + 1} more lines`] : lines;
    // Drawn over the picture before, so that nothing flickers.
    stdout.write(`${first ? `${escape}2J` : ''}${escape}H${cut.map((line) => `${line}${escape}K\n`).join('')}${escape}J`);
  };
}
