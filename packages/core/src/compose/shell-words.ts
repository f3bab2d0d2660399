/**
 * Words of a command line, as Compose splits one: quotes and backslashes are understood, nothing is expanded, and what follows an
 * unquoted `;`, `&`, `|`, `<` or `>` is dropped (`droppedFrom` finds it). Undefined where Compose refuses it: a quote that is not closed, a
 * parenthesis or a backtick outside quotes.
 */
export function splitWords(line: string): string[] | undefined {
  const words: string[] = [];
  let word = '';
  let started = false;
  let quote = '';
  for (let index = 0; index < line.length; index += 1) {
    const char = line[index] as string;
    if (char === '\\' && quote !== "'") {
      const next = line[index + 1];
      if (next === undefined) return undefined;
      // As go-shellwords: a backslash gives the next character as it is, in double quotes too.
      word += next;
      started = true;
      index += 1;
    } else if (quote !== '') {
      if (char === quote) quote = '';
      else word += char;
    } else if (char === '"' || char === "'") {
      quote = char;
      started = true;
    } else if (/[ \t\r\n]/.test(char)) {
      if (started) words.push(word);
      word = '';
      started = false;
    } else if ('`()'.includes(char)) {
      return undefined;
    } else if (';&|<>'.includes(char)) {
      // `2>` is a redirection: its number is no word.
      return started && !(char === '>' && /^[0-9]/.test(word)) ? [...words, word] : words;
    } else {
      word += char;
      started = true;
    }
  }
  if (quote !== '') return undefined;
  return started ? [...words, word] : words;
}

/** The operator from which on Compose silently drops the rest of a command line; undefined where it takes it whole. */
export function droppedFrom(line: string): string | undefined {
  const whole = line.replace(/\\[\s\S]|'[^']*'|"(?:\\[\s\S]|[^"\\])*"/g, '');
  return /&&|\|\||[;&|<>]/.exec(whole)?.[0];
}
