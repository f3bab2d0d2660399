import { describe, expect, it } from '@jest/globals';
import { interleaved, median } from '../src/measure.js';

describe('GOV_V1_CORE: measuring', () => {
  it('lets contenders run in turn, every other round backwards, and does not count the round that warms up', async () => {
    const ran: string[] = [];
    const contender = (name: string) => async (): Promise<number> => ran.push(name);
    const samples = await interleaved(3, { a: contender('a'), b: contender('b') });
    expect(ran).toEqual(['b', 'a', 'a', 'b', 'b', 'a', 'a', 'b']);
    expect(samples).toEqual({ a: [3, 6, 7], b: [4, 5, 8] });
  });

  it.each([
    [[3], 3],
    [[9, 1, 2], 2],
    [[4, 1, 3, 2], 2.5],
  ])('takes of %j the middle: %d', (samples, middle) => expect(median(samples)).toBe(middle));

  it('has no median of nothing', () => expect(() => median([])).toThrow('nothing'));
});
