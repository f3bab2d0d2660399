/** One word for bash, zsh or fish, in single quotes. */
export function shellWord(text: string): string {
  return `'${text.replaceAll("'", `'"'"'`)}'`;
}
