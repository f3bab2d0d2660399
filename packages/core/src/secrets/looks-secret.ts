// As the words that BuildKit's check `SecretsUsedInArgOrEnv` knows, and those of connection strings.
const secretName = /(?:^|_)(?:api_?key|auth|cert|credentials?|dsn|key|pass|passphrase|passwd|password|private|pwd|salt|secret|token)s?(?:_|$)|(?:secret|token|password|passwd|apikey)s?$/i;
const publicName = /(?:^|_)(?:public|publishable)(?:_|$)/i;

/**
 * True where a variable that nobody named as a secret is likely to be one, by its name or by its value: a password in a URL, or a long text without
 * spaces that mixes letters and digits as only a random one does.
 */
export function looksSecret(name: string, value: string): boolean {
  if (value.length < 6 || publicName.test(name) || /^(?:true|false|none|null|default|disabled|enabled|\d+)$/i.test(value)) return false;
  if (secretName.test(name)) return !/^(?:\.{0,2}\/|https?:\/\/[^@]*$)/.test(value);
  return /^[a-z][a-z0-9+.-]*:\/\/[^/?#\s:@]*:[^/?#\s@]+@/i.test(value) || /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(value) || looksRandom(value);
}

function looksRandom(value: string): boolean {
  if (value.length < 20 || !/^[A-Za-z0-9+/=_-]+$/.test(value) || !/\d/.test(value) || !/[A-Za-z]/.test(value)) return false;
  // Words and versions change between letters and digits now and then; random text does all the time.
  const changes = [...value].filter((letter, index) => index > 0 && /\d/.test(letter) !== /\d/.test(value[index - 1] as string)).length;
  return changes / value.length > 0.15;
}

/** Values of these that are likely to be secrets. */
export function secretLooking(variables: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(variables).filter(([name, value]) => looksSecret(name, value)).map(([, value]) => value);
}
