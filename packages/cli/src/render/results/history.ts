import type { HistoryEntry, HistoryResult } from '@stagecraft/core';
import type { Look } from '../../base/session.js';
import { table } from '../table.js';
import { duration, moment } from '../text.js';

/** What was done to an environment, newest first. */
export function historyText(result: HistoryResult, { paint, width }: Look): string {
  if (result.total === 0) return `nothing was done to ${result.environment} yet\n`;
  const rows = table(
    result.entries,
    [
      { title: 'WHEN (UTC)', value: (row) => moment(row.at) },
      { title: 'WHAT', value: (row) => row.kind },
      { title: 'OUTCOME', value: (row) => row.outcome ?? '', paint: (text, row) => (isGood(row) ? paint.green(text) : row.outcome === 'open' ? paint.yellow(text) : paint.red(text)) },
      { title: 'VERSION', value: (row) => row.version ?? '', least: 8 },
      { title: 'RELEASE', value: (row) => `${row.release ?? ''}${row.pruned ? ' (pruned)' : ''}` },
      { title: 'TOOK', value: (row) => (row.durationMs === undefined ? '' : duration(row.durationMs)), align: 'right' },
      { title: 'BY', value: (row) => row.by ?? '', least: 6 },
      { title: 'DETAILS', value: (row) => row.text, least: 12 },
    ],
    { width, paint },
  );
  const more = result.total - result.entries.length;
  return more > 0 ? `${rows}${paint.dim(`${more} older`)}\n` : rows;
}

function isGood(row: HistoryEntry): boolean {
  return row.outcome === 'completed';
}
