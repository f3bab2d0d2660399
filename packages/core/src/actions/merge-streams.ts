/** Items of many streams as they come, until the signal. */
export interface Merge<T> extends AsyncIterable<T> {
  /** Takes one more in, at any time. Its failure is the merge's. */
  add(stream: AsyncIterable<T>, onEnd?: () => void): void;
}

/** So many items wait to be read; then who brings more waits. */
const room = 1_000;

/** Each stream keeps its own order; none waits for another. */
export function merge<T>(signal: AbortSignal): Merge<T> {
  const items: T[] = [];
  let failure: { readonly error: unknown } | undefined;
  let wakeReader = (): void => undefined;
  let wakeWriters: (() => void)[] = [];
  const full = (): Promise<void> => new Promise((resolve) => wakeWriters.push(resolve));
  const woken = (): Promise<void> => new Promise((resolve) => (wakeReader = resolve));
  const freed = (): void => {
    const waiting = wakeWriters;
    wakeWriters = [];
    for (const wake of waiting) wake();
  };
  const pump = async (stream: AsyncIterable<T>): Promise<void> => {
    for await (const item of stream) {
      while (items.length >= room && !signal.aborted) await full();
      if (signal.aborted) return;
      items.push(item);
      wakeReader();
    }
  };
  const stop = (): void => {
    wakeReader();
    freed();
  };
  signal.addEventListener('abort', stop, { once: true });
  return {
    add(stream, onEnd) {
      void pump(stream).then(onEnd, (error: unknown) => {
        failure ??= { error };
        wakeReader();
      });
    },
    async *[Symbol.asyncIterator]() {
      while (!signal.aborted) {
        for (const item of items.splice(0)) yield item;
        freed();
        if (failure) throw failure.error;
        if (items.length === 0 && !signal.aborted) await woken();
      }
    },
  };
}
