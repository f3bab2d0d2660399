/**
 * What no tracked text may hold, as `LINE: what`. A line that must show such a thing (a test of redaction, say) says
 * `allow-text: reason` in a comment.
 */
export function textProblems(text: string): readonly string[] {
  const problems: string[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.includes('allow-' + 'text:')) continue;
    for (const { what, pattern } of forbidden) if (pattern.test(line)) problems.push(`${index + 1}: ${what}`);
  }
  return problems;
}

const forbidden: readonly { readonly what: string; readonly pattern: RegExp }[] = [
  { what: 'a home folder of a machine', pattern: /(?:^|[\s"'`(=:,])(?:file:\/\/)?\/(?:home|Users)\/(?!(?:you|me|user|deploy|node|app)\b)[a-z][\w.-]*\//i },
  { what: 'a working folder of a machine', pattern: /(?:^|[\s"'`(=:,])\/(?:work|workspace|builds|runner)\// },
  { what: 'a private key', pattern: /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/ },
  { what: 'an access key', pattern: /\b(?:AKIA[0-9A-Z]{16}|gh[opsu]_[A-Za-z0-9]{36}|github_pat_\w{40,}|dop_v1_[0-9a-f]{64}|npm_[A-Za-z0-9]{36}|tskey-(?:auth|api)-\w{10,}|xox[abpr]-[\w-]{20,})\b/ },
  { what: 'a password in an address', pattern: /\b(?:https?|ssh|amqp):\/\/[^\s/:@$"'`{}<>*]+:[^\s/@$"'`{}<>*]{6,}@/ },
  { what: 'an unfinished merge', pattern: /^(?:<{7}|>{7}) / },
];
