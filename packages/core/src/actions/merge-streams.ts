/** One source of items that come in time. */
export type Stream<T> = AsyncGenerator<T, void, undefined>;

type Next<T> = { readonly key: string; readonly result: IteratorResult<T, void> };

/**
 * Items of all streams as they come. `more` is asked again and again for streams that began since; they are added to `streams`. Ends with the signal.
 */
export async function* merged<T>(streams: Map<string, Stream<T>>, signal: AbortSignal, more: () => Promise<readonly (readonly [string, Stream<T>])[]>): AsyncGenerator<T, void, undefined> {
  const pending = new Map<string, Promise<Next<T>>>();
  const pull = (key: string, stream: Stream<T>): void => void pending.set(key, stream.next().then((result) => ({ key, result })));
  for (const [key, stream] of streams) pull(key, stream);
  let looking = look(more);
  const stopped = new Promise<'stopped'>((resolve) => {
    if (signal.aborted) resolve('stopped');
    else signal.addEventListener('abort', () => resolve('stopped'), { once: true });
  });
  for (;;) {
    const came = await Promise.race([stopped, looking, ...pending.values()]);
    if (came === 'stopped') return;
    if ('found' in came) {
      for (const [key, stream] of came.found) {
        streams.set(key, stream);
        pull(key, stream);
      }
      looking = look(more);
      continue;
    }
    const stream = streams.get(came.key);
    if (came.result.done || !stream) {
      pending.delete(came.key);
      continue;
    }
    pull(came.key, stream);
    yield came.result.value;
  }
}

/** A look that fails (an engine that restarts) finds nothing, and is tried again. */
async function look<T>(more: () => Promise<readonly (readonly [string, Stream<T>])[]>): Promise<{ readonly found: readonly (readonly [string, Stream<T>])[] }> {
  try {
    return { found: await more() };
  } catch {
    return { found: [] };
  }
}
