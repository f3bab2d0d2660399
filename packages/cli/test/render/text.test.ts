import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { durationOf } from '../../src/base/duration.js';
import { table } from '../../src/render/table.js';
import { duration, fit, harmless, widthOf } from '../../src/render/text.js';

describe('CLI_GLOBAL_FLAGS: text', () => {
  it.each([
    ['web', 3],
    ['数据', 4],
    ['é', 1],
    ['👩‍👩‍👧', 2],
    ['❤️', 2],
    ['', 0],
  ])('%s takes %i columns', (text, width) => {
    expect(widthOf(text)).toBe(width);
  });

  it('fits, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(30), (text, width) => {
        expect(widthOf(fit(text, width))).toBeLessThanOrEqual(Math.max(width, 0));
      }),
    );
  });

  it('of others cannot steer the terminal', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        // eslint-disable-next-line no-control-regex
        expect(harmless(text)).not.toMatch(/[\u0000-\u001F\u007F-\u009F]/);
      }),
    );
  });

  it.each([
    [0, '0.0s'],
    [1234, '1.2s'],
    [59_949, '59.9s'],
    [60_000, '1m 00s'],
    [3_599_999, '59m 59s'],
    [7_500_000, '2h 05m'],
    [90_000_000, '1d 01h'],
  ])('%i ms is %s', (ms, text) => {
    expect(duration(ms)).toBe(text);
  });

  it.each([
    ['500ms', 500],
    ['10s', 10_000],
    ['1.5m', 90_000],
    ['2h', 7_200_000],
  ])('%s is %i ms', (text, ms) => {
    expect(durationOf(text)).toBe(ms);
  });

  it.each(['', '5', 's', '-1s', '5 s', '1d', 'abc'])('"%s" is no duration', (text) => {
    expect(() => durationOf(text)).toThrow('is no duration');
  });
});

describe('a table', () => {
  const columns = [
    { title: 'NAME', value: (row: { name: string; count: number; note: string }) => row.name },
    { title: 'COUNT', value: (row: { count: number }) => String(row.count), align: 'right' as const },
    { title: 'NOTE', value: (row: { note: string }) => row.note, least: 6 },
  ];

  it('puts columns under their titles, and ends no line in spaces', () => {
    expect(
      table(
        [
          { name: 'web', count: 2, note: 'x' },
          { name: 'worker', count: 10, note: '' },
        ],
        columns,
        { width: 80 },
      ),
    ).toBe('NAME    COUNT  NOTE\nweb         2  x\nworker     10\n');
  });

  it('cuts the column that may be cut', () => {
    expect(table([{ name: 'web', count: 2, note: 'a very long note' }], columns, { width: 22 })).toBe('NAME  COUNT  NOTE\nweb       2  a very l…\n');
  });

  it('leaves a column without values out', () => {
    expect(table([{ name: 'web', count: 2, note: '' }], columns, { width: 80 })).toBe('NAME  COUNT\nweb       2\n');
  });

  it('never is wider than asked when it can be cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ name: fc.string({ maxLength: 8 }).map(harmless), count: fc.nat(99), note: fc.string({ unit: 'grapheme', maxLength: 99 }).map(harmless) }), {
          minLength: 1,
        }),
        (rows) => {
          for (const line of table(rows, columns, { width: 40 }).split('\n')) expect(widthOf(line)).toBeLessThanOrEqual(40);
        },
      ),
    );
  });
});
