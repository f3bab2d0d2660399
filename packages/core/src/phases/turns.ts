import { isStagecraftError } from '../errors/index.js';
import type { Journalled } from './types.js';

/** A script that did not begin, because another step had failed before its turn came. */
export class NotBegun extends Error {}

/**
 * The store for steps that run side by side: their scripts and records take turns. A host runs one script at a time, and one that waited for another at the
 * host's own lock, for as long as a job may take, would look as if somebody else kept it.
 * @param mayBegin asked when a script's turn has come; what it throws is what becomes of the script.
 */
export function inTurn(store: Journalled, mayBegin: () => void): Journalled {
  let last: Promise<unknown> = Promise.resolve();
  /** Set when a script was left running: what follows would wait for its end. */
  let left: { readonly error: unknown } | undefined;
  let failed = false;
  const turn = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = last.then(() => {
      if (left) throw left.error;
      return work();
    });
    last = mine.catch((error: unknown) => {
      if (isStagecraftError(error) && error.kind === 'interrupted') left ??= { error };
    });
    return mine;
  };
  return {
    readJournal: () => store.readJournal(),
    note: (session, record) => turn(() => store.note(session, record)),
    run: (session, script, options) =>
      turn(async () => {
        mayBegin();
        if (failed) throw new NotBegun();
        const outcome = await store.run(session, script, options);
        failed = outcome.state === 'failed';
        return outcome;
      }),
  };
}
