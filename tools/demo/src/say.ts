const bold = process.stdout.isTTY && process.env['NO_COLOR'] === undefined;

/** A line for whoever watches. */
export function say(text = ''): void {
  process.stdout.write(`${text}\n`);
}

/** What comes next, and why. */
export function chapter(title: string, text: string): void {
  say(`\n${bold ? `\u001b[1m${title}\u001b[0m` : title}`);
  say(text);
}

/** A command that is about to run, as one would type it. */
export function showCommand(text: string): void {
  say(`\n${bold ? `\u001b[1m$ ${text}\u001b[0m` : `$ ${text}`}`);
}
