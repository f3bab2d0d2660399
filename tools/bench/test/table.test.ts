import { describe, expect, it } from '@jest/globals';
import { shownMs } from '../src/row.js';
import { tableOf } from '../src/table.js';

describe('GOV_V1_CORE: the table of a benchmark', () => {
  it('shows a row a measurement, with its ratio and whether the aim is met', () => {
    const rows = [
      { part: 'one', what: 'start', baseline: 'node: 60 ms', ours: '90 ms', ratio: 1.5, aim: 'at most 1.5x', met: true, figures: {} },
      { part: 'two', what: 'beside', baseline: 'lost 3', ours: '', aim: '', figures: {} },
      { part: 'two', what: 'lost', baseline: '', ours: '1', aim: '0', met: false, figures: {} },
    ];
    expect(tableOf(rows)).toBe(
      [
        'part  what    baseline     ours   ratio  aim           met?',
        '----  ------  -----------  -----  -----  ------------  ----',
        'one   start   node: 60 ms  90 ms  1.50x  at most 1.5x  yes',
        'two   beside  lost 3',
        'two   lost                 1             0             no',
      ].join('\n'),
    );
  });

  it.each([
    [4.26, '4.3 ms'],
    [99.6, '100 ms'],
    [1240, '1.24 s'],
  ])('shows %d ms as %s', (ms, text) => expect(shownMs(ms)).toBe(text));
});
