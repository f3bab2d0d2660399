/** A pattern of the shell, in which a backslash takes its meaning from what follows, as a regular expression without its ends. */
export function globSource(pattern: string, shortest: boolean): string {
  let source = '';
  for (let at = 0; at < pattern.length; at += 1) {
    const c = pattern[at] ?? '';
    if (c === '\\' && at + 1 < pattern.length) {
      at += 1;
      source += escapeRegExp(pattern[at] ?? '');
    } else if (c === '*') source += shortest ? '.*?' : '.*';
    else if (c === '?') source += '.';
    else if (c === '[') {
      const set = setAt(pattern, at);
      source += set?.source ?? '\\[';
      at = set?.end ?? at;
    } else source += escapeRegExp(c);
  }
  return source;
}

/** A text that stands for itself in a pattern. */
export function escapeGlob(text: string): string {
  return /[*?[\]\\!-]/.test(text) ? text.replace(/[*?[\]\\!-]/g, '\\$&') : text;
}

export function hasGlob(pattern: string): boolean {
  return /[*?[]/.test(pattern) && /[*?]|\[.+\]/s.test(pattern.replace(/\\./gs, ''));
}

const expressions = new Map<string, RegExp>();

export function expression(source: string): RegExp {
  let known = expressions.get(source);
  if (!known) {
    if (expressions.size > 5_000) expressions.clear();
    expressions.set(source, (known = new RegExp(source, 's')));
  }
  return known;
}

/** `[…]`; its first character may be the bracket that otherwise ends it. */
function setAt(pattern: string, begin: number): { readonly source: string; readonly end: number } | undefined {
  let at = begin + 1;
  const not = pattern[at] === '!';
  if (not) at += 1;
  let inside = '';
  for (let first = true; ; first = false, at += 1) {
    const c = pattern[at];
    if (c === undefined) return undefined;
    if (c === ']' && !first) break;
    if (c === '[' && pattern[at + 1] === ':') throw new Error(`the simulated sh does not know ${pattern}`);
    if (c === '\\') {
      at += 1;
      inside += `\\${pattern[at] ?? ''}`.replace(/\\(?=[A-Za-z0-9\n])/g, '');
    } else inside += c === '-' && !first && pattern[at + 1] !== ']' ? '-' : escapeRegExp(c).replace(/^[-^]$/, '\\$&');
  }
  return { source: `[${not ? '^' : ''}${inside}]`, end: at };
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}
