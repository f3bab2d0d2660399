import { verdict, type Check } from '../check.js';

const names = /\b(traefik|haproxy|caddy|digitalocean|tailscale|headscale|encore|github|gitlab)\b/i;

/** Where a vendor's name is no provider's: Compose's own grammar, whose CI run holds the lock, what `init` recognises in a user's files. */
const allowed: readonly { readonly path: RegExp; readonly line: RegExp }[] = [
  { path: /^packages\/core\/src\/compose\//, line: /github\\?\.com/ },
  { path: /^packages\/core\/src\/protocol\/owner\.ts$/, line: /GITHUB_|GITLAB_|CI_/ },
  { path: /^packages\/core\/src\/scaffold\//, line: /./ },
];

/** Nothing in core names a plugin or a vendor; its comments may. */
export const vendors: Check = {
  name: 'vendors',
  run: async ({ files, read }) =>
    verdict(
      files
        .filter((path) => path.startsWith('packages/core/src/') && path.endsWith('.ts'))
        .flatMap((path) => withoutComments(read(path)).split('\n').flatMap((line, index) => (names.test(line) && !allowed.some((one) => one.path.test(path) && one.line.test(line)) ? [`${path}:${index + 1}: ${line.trim()}`] : []))),
    ),
};

/** The text with its comments blanked, lines kept. */
function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, (comment) => comment.replaceAll(/[^\n]/g, ' ')).replaceAll(/(^|\s)\/\/.*$/gm, '$1');
}
