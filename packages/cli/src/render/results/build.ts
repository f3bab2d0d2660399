import type { BuildResult } from '@stagecraft/core';
import type { Look } from '../../base/session.js';
import { table } from '../table.js';
import { duration } from '../text.js';

/** The images that were built, with their ids. */
export function buildText(result: BuildResult, { width, paint }: Look): string {
  if (result.images.length === 0) return 'nothing to build: no service of this environment has a build\n';
  return table(
    result.images,
    [
      { title: 'IMAGE', value: (row) => row.reference, least: 16 },
      { title: 'SERVICES', value: (row) => row.services.join(', '), least: 8 },
      { title: 'ID', value: (row) => (row.id === undefined ? '' : row.id.replace(/^sha256:/, '').slice(0, 12)) },
      { title: 'TOOK', value: (row) => (row.cached ? 'cached' : duration(row.durationMs)), align: 'right' },
    ],
    { width, paint },
  );
}
