import { describe, expect, it } from '@jest/globals';
import { merged, type Stream } from '../../src/actions/merge-streams.js';

async function* items(...values: string[]): Stream<string> {
  for (const value of values) yield await Promise.resolve(value);
}

const never = (): Promise<never> => new Promise(() => undefined);

async function collect(source: AsyncIterable<string>, count: number): Promise<string[]> {
  const seen: string[] = [];
  for await (const item of source) {
    seen.push(item);
    if (seen.length === count) break;
  }
  return seen.sort();
}

describe('CLI_LOGS: following many streams', () => {
  it('gives the items of all, each stream in its own order', async () => {
    const source = merged(new Map([['a', items('a1', 'a2')], ['b', items('b1')]]), new AbortController().signal, never);
    expect(await collect(source, 3)).toEqual(['a1', 'a2', 'b1']);
  });

  it('adds streams that began since, also after the first ones ended', async () => {
    let asked = 0;
    const more = async (): Promise<[string, Stream<string>][]> => {
      asked += 1;
      return asked === 1 ? [['c', items('c1')]] : never();
    };
    expect(await collect(merged(new Map([['a', items('a1')]]), new AbortController().signal, more), 2)).toEqual(['a1', 'c1']);
  });

  it('goes on when a look fails', async () => {
    let asked = 0;
    const more = async (): Promise<[string, Stream<string>][]> => {
      asked += 1;
      if (asked === 1) throw new Error('the engine restarts');
      return asked === 2 ? [['c', items('c1')]] : never();
    };
    expect(await collect(merged(new Map(), new AbortController().signal, more), 1)).toEqual(['c1']);
  });

  it('ends with the signal', async () => {
    const stop = new AbortController();
    const ended = collect(merged(new Map<string, Stream<string>>(), stop.signal, never), 1);
    stop.abort();
    expect(await ended).toEqual([]);
  });
});
