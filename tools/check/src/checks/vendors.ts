import { verdict, type Check } from '../check.js';

const names = /\b(traefik|haproxy|caddy|digitalocean|tailscale|headscale|encore|github|gitlab)\b/i;

/** Nothing in core names a plugin or a vendor; its comments may. */
export const vendors: Check = {
  name: 'vendors',
  run: async ({ files, read }) =>
    verdict(
      files
        .filter((path) => path.startsWith('packages/core/src/') && path.endsWith('.ts'))
        .flatMap((path) => withoutComments(read(path)).split('\n').flatMap((line, index) => (names.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : []))),
    ),
};

/** The text with its comments blanked, lines kept. */
function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, (comment) => comment.replaceAll(/[^\n]/g, ' ')).replaceAll(/(^|\s)\/\/.*$/gm, '$1');
}
