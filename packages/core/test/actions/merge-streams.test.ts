import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { merge } from '../../src/actions/merge-streams.js';

async function* items<T>(values: readonly T[], pauses = false): AsyncGenerator<T, void, undefined> {
  for (const value of values) yield pauses ? await new Promise<T>((resolve) => setImmediate(() => resolve(value))) : await Promise.resolve(value);
}

async function collect<T>(source: AsyncIterable<T>, count: number): Promise<T[]> {
  const seen: T[] = [];
  if (count === 0) return seen;
  for await (const item of source) {
    seen.push(item);
    if (seen.length === count) break;
  }
  return seen;
}

describe('CLI_LOGS: following many streams', () => {
  it('loses none, doubles none, and keeps the order of each', () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(30), fc.boolean()), { maxLength: 6 }), async (streams) => {
        const all = merge<string>(new AbortController().signal);
        const made = streams.map(([length], at) => Array.from({ length }, (_, n) => `${at} ${n}`));
        streams.forEach(([, pauses], at) => all.add(items(made[at] ?? [], pauses)));
        const seen = await collect(all, made.flat().length);
        expect([...seen].sort()).toEqual(made.flat().sort());
        made.forEach((own, at) => expect(seen.filter((item) => item.startsWith(`${at} `))).toEqual(own));
      }),
      { numRuns: 60 },
    ));

  it('does not run ahead of who reads', async () => {
    let made = 0;
    const endless = (async function* (): AsyncGenerator<number, void, undefined> {
      for (;;) yield await Promise.resolve((made += 1));
    })();
    const all = merge<number>(new AbortController().signal);
    all.add(endless);
    const seen: number[] = [];
    for await (const item of all) {
      seen.push(item);
      if (seen.length === 5) await new Promise((resolve) => setTimeout(resolve, 100));
      if (seen.length === 6) break;
    }
    expect(seen).toEqual([1, 2, 3, 4, 5, 6]);
    expect(made).toBeLessThan(5_000);
  });

  it('takes in streams that begin later, also after the first ones ended, and says when one ends', async () => {
    const all = merge<string>(new AbortController().signal);
    all.add(items(['a']), () => all.add(items(['b'])));
    expect(await collect(all, 2)).toEqual(['a', 'b']);
  });

  it('ends with the signal, and fails with a stream', async () => {
    const stop = new AbortController();
    const ended = collect(merge<string>(stop.signal), 1);
    stop.abort();
    expect(await ended).toEqual([]);
    const all = merge<string>(new AbortController().signal);
    all.add((async function* (): AsyncGenerator<string, void, undefined> {
      await Promise.reject(new Error('broken'));
    })());
    await expect(collect(all, 1)).rejects.toThrow('broken');
  });
});
