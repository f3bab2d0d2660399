import { fit, harmless, widthOf } from './text.js';
import { bare, type Paint } from './paint.js';

export interface Column<Row> {
  readonly title: string;
  readonly value: (row: Row) => string;
  readonly align?: 'right';
  /** May be cut down to this many columns when the line is too wide; absent: never cut. */
  readonly least?: number;
  readonly paint?: (text: string, row: Row, paint: Paint) => string;
}

/** Rows under titles, two spaces between columns; wide columns give way so that a line fits. Columns without any value are left out. */
export function table<Row>(rows: readonly Row[], columns: readonly Column<Row>[], options: { readonly width: number; readonly paint?: Paint }): string {
  const paint = options.paint ?? bare;
  const shown = columns.map((column) => ({ ...column, cells: rows.map((row) => harmless(column.value(row))) })).filter((column) => column.cells.some((cell) => cell !== ''));
  const widths = shrink(
    shown.map((column) => ({ width: Math.max(widthOf(column.title), ...column.cells.map(widthOf)), least: column.least })),
    options.width - 2 * (shown.length - 1),
  );
  const pad = (text: string, at: number, last: boolean): string => {
    const cut = fit(text, widths[at] ?? 0);
    const space = ' '.repeat(Math.max(0, (widths[at] ?? 0) - widthOf(cut)));
    if (shown[at]?.align === 'right') return space + cut;
    return last ? cut : cut + space;
  };
  const line = (cells: readonly string[]): string => cells.join('  ').trimEnd();
  const last = shown.length - 1;
  const head = line(shown.map((column, at) => paint.bold(pad(column.title, at, at === last))));
  const body = rows.map((row, index) =>
    line(
      shown.map((column, at) => {
        const cell = pad(column.cells[index] ?? '', at, at === last);
        return column.paint === undefined ? cell : column.paint(cell, row, paint);
      }),
    ),
  );
  return [head, ...body].map((text) => `${text}\n`).join('');
}

function shrink(columns: readonly { readonly width: number; readonly least: number | undefined }[], room: number): number[] {
  const widths = columns.map((column) => column.width);
  let over = widths.reduce((sum, width) => sum + width, 0) - room;
  while (over > 0) {
    // The widest one that can gives a column at a time, so that none is cut more than it must.
    const spare = columns.map((column, at) => (column.least === undefined || (widths[at] ?? 0) <= column.least ? -1 : (widths[at] ?? 0)));
    const widest = spare.indexOf(Math.max(...spare));
    if ((spare[widest] ?? -1) < 0) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
    over -= 1;
  }
  return widths;
}
