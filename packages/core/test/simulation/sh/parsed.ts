import { readScript } from './read.js';
import type { Command } from './tree.js';

const preludeEnd = `grep -qF '"type":"close","operation":"'"$1"'",' "$J"\n}\n`;
const known = new Map<string, Command>();

/** A script, read once. */
export function parsed(text: string): Command {
  let tree = known.get(text);
  if (tree === undefined) {
    if (known.size > 5_000) known.clear();
    // Every script begins with the same prelude, and it is long.
    const end = text.startsWith('#!') || text.endsWith(preludeEnd) ? -1 : text.indexOf(preludeEnd);
    tree = end < 0 ? readScript(text) : { kind: 'list', commands: [parsed(text.slice(0, end + preludeEnd.length)), readScript(text.slice(end + preludeEnd.length))] };
    known.set(text, tree);
  }
  return tree;
}
