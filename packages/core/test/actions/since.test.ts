import { describe, expect, it } from '@jest/globals';
import { momentOf } from '../../src/actions/since.js';

const now = Date.parse('2030-01-02T03:04:05.678Z');

describe('the moment that logs begin at', () => {
  it.each([
    ['15m', '2030-01-02T02:49:05.678Z'],
    ['1h30m', '2030-01-02T01:34:05.678Z'],
    ['500ms', '2030-01-02T03:04:05.178Z'],
    ['2030-01-02T03:04:05Z', '2030-01-02T03:04:05.000Z'],
    ['2030-01-02T03:04:05.123456789Z', '2030-01-02T03:04:05.123Z'],
    ['2030-01-02T03:04:05+02:00', '2030-01-02T01:04:05.000Z'],
    ['2030-01-02T03:04', '2030-01-02T03:04:00.000Z'],
    ['2030-01-02', '2030-01-02T00:00:00.000Z'],
  ])('of %s is %s', (since, moment) => {
    expect(momentOf(since, now)).toBe(moment);
  });

  it.each(['yesterday', '', '15', '-5m', '2030-13-01', '2030-01-02T99:00:00Z', '5m ago'])('is not %j', (since) => {
    expect(() => momentOf(since, now)).toThrow(expect.objectContaining({ code: 'SC5041', kind: 'user', message: `--since ${JSON.stringify(since)} is no time.` }));
  });
});
