/** One word for a POSIX shell, whatever the text holds. The only way by which a value enters a script. */
export function quote(text: string): string {
  if (text.includes('\0')) throw new RangeError('a shell word cannot hold a NUL byte');
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A command line from argv. */
export function commandLine(argv: readonly string[]): string {
  return argv.map(quote).join(' ');
}
