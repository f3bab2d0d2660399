/** A string as YAML reads it on one line: JSON's strings are YAML's double-quoted ones. */
export function scalar(text: string): string {
  return JSON.stringify(text);
}
