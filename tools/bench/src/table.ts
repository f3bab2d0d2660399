import type { Row } from './row.js';

const titles = ['part', 'what', 'baseline', 'ours', 'ratio', 'aim', 'met?'];

/** The rows under their titles, a column as wide as its widest text. */
export function tableOf(rows: readonly Row[]): string {
  const lines = [titles, ...rows.map((row) => [row.part, row.what, row.baseline, row.ours, row.ratio === undefined ? '' : `${row.ratio.toFixed(2)}x`, row.aim, row.met === undefined ? '' : row.met ? 'yes' : 'no'])];
  const widths = titles.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)));
  const rule = widths.map((width) => '-'.repeat(width));
  return [lines[0] ?? [], rule, ...lines.slice(1)].map((line) => line.map((text, column) => text.padEnd(widths[column] ?? 0)).join('  ').trimEnd()).join('\n');
}
