import type { PruneResult } from '@stagecraft/core';
import type { Look } from '../../base/session.js';
import { plural, shortImage, size } from '../text.js';

/** What was removed, or would be: each release and image, the rest by number and size. */
export function pruneText(result: PruneResult, { paint }: Look): string {
  const { outcome, releases, images, files, runs, kept, environment, hosts } = result;
  if (outcome === 'nothing to do') return `nothing to remove: ${plural(kept, 'release')} of ${environment} ${kept === 1 ? 'is' : 'are'} kept\n`;
  const sum = (rows: readonly { readonly bytes: number }[]): string => size(rows.reduce((total, row) => total + row.bytes, 0));
  return [
    `${paint.bold(outcome === 'planned' ? 'would remove' : 'removed')}  about ${size(result.bytes)}; ${plural(kept, 'release')} of ${environment} ${kept === 1 ? 'is' : 'are'} kept\n`,
    ...releases.map((row) => `  release  ${row.id}  ${row.version}  ${size(row.bytes)}\n`),
    ...images.map((row) => `  image    ${shortImage(row.id)}  ${row.tags.join(', ')}  ${size(row.bytes)}\n`),
    ...(files.length === 0 ? [] : [`  files    ${files.length} mounted, ${sum(files)}\n`]),
    ...(runs.length === 0 ? [] : [`  runs     ${runs.length}, ${sum(runs)}\n`]),
    ...(hosts.length < 2 ? [] : hosts.map((one) => `  on ${one.host}: ${plural(one.releases, 'release')}, ${plural(one.images, 'image')}, ${size(one.bytes)}\n`)),
  ].join('');
}
