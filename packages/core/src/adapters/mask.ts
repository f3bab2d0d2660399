/** Replaces values that must not be shown, in the forms in which tools print them: raw, line by line, base64, URL- and JSON-encoded. */
export function masker(secrets: readonly string[]): (text: string) => string {
  const forms = new Set(secrets.flatMap((value) => [value, ...value.split(/\r?\n/)]).filter(worthMasking).flatMap(formsOf));
  const longestFirst = [...forms].sort((a, b) => b.length - a.length);
  if (longestFirst.length === 0) return (text) => text;
  return (text) => longestFirst.reduce((masked, form) => masked.replaceAll(form, '***'), text);
}

// Masking `1` or `on` would only make output unreadable and tell that they are values.
function worthMasking(value: string): boolean {
  return value.trim().length >= 4;
}

function formsOf(value: string): string[] {
  const base64 = Buffer.from(value).toString('base64').replace(/=+$/, '');
  return [value, base64, encodeURIComponent(Buffer.from(value).toString()), JSON.stringify(value).slice(1, -1)];
}
