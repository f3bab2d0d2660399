/** Who acts, as records name him. */
export function operatorOf(env: Readonly<Record<string, string | undefined>>): string {
  return env['GITHUB_ACTOR'] ?? env['GITLAB_USER_LOGIN'] ?? env['USER'] ?? env['LOGNAME'] ?? 'unknown';
}
