/** A project of `examples/corpus`, and how to see which version of it serves. */
export interface CorpusProject {
  readonly name: string;
  /** Path below its route, or `published`: the port that it publishes. */
  readonly ask: { readonly path: string; readonly published?: true };
  /** What the answer holds before and after the change, with `one` and `two` in the place of `<word>`. */
  readonly says: readonly string[];
  /** What a user adds to the config that `init` wrote: line of it, and what takes its place. */
  readonly config?: readonly (readonly [RegExp, string])[];
  /** Services that hold data: no deploy and no rollback may give them another container. */
  readonly data: readonly string[];
}

const root = { path: '/' };

export const corpusProjects: readonly CorpusProject[] = [
  { name: 'bookings', ask: root, says: ['<word>'], data: ['db'] },
  { name: 'bunker', ask: root, says: ['<word>: user 1000, nothing to write'], data: [] },
  { name: 'clinic', ask: root, says: ['<word>'], data: [] },
  { name: 'factory', ask: root, says: ['<word>'], config: [[/^# routes:\n# {3}(- .*)\n# proxy:\n# {3}(listen.*)$/m, 'routes:\n  $1\nproxy:\n  $2']], data: ['store'] },
  { name: 'family', ask: root, says: ['<word>'], data: [] },
  // An image that is not built here and has a volume to write to: without `data: false` no deploy would replace it.
  { name: 'gallery', ask: root, says: ['content: "<word>"'], config: [[/^ {2}gallery:.*$/m, '  gallery:\n    data: false']], data: [] },
  { name: 'intranet', ask: { path: '/cgi-bin/people' }, says: ['<word>'], data: ['ledger'] },
  { name: 'journal', ask: root, says: ['<word>'], config: [[/^ {2}blog:.*$/m, '  blog:\n    data: false']], data: ['db'] },
  {
    name: 'mailer',
    ask: { path: '/', published: true },
    says: ['WORD=<word>', "LITERAL=a $dollar and 'quotes'", 'QUOTED=single $quoted', 'DOUBLE=line one\n', '\nline two\n', 'SUBJECT=[shop] news', 'SMTP_HOST=smtp.example.com\n', 'SMTP_URL=smtp://user:p%40ss@smtp.example.com:587/?a=b', 'FROM=shop <shop@example.com>'],
    data: [],
  },
  { name: 'press', ask: { path: '/cgi-bin/page' }, says: ['<word>'], data: [] },
  { name: 'social', ask: root, says: ['web <word>'], data: ['redis'] },
  { name: 'storefront', ask: root, says: ['The shop: <word>', 'price: 10'], data: [] },
  { name: 'toolbox', ask: root, says: ['<word>'], data: ['store'] },
  { name: 'vault', ask: root, says: ['word = <word>', 'level = info'], data: [] },
];
