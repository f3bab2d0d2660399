import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'ssh2';
import { isStagecraftError } from '../../errors/index.js';
import type { Times } from './connect.js';

/** A host that was given up is not tried again at once: who asks for it next hears the same, without another wait. */
const restMs = 30_000;

/** An attempt is not made with less. */
const leastMs = 1_000;

export interface Patient {
  /** A new connection. @param ended nobody waits for it any more. */
  again(ended: () => boolean): Promise<Client>;
}

/**
 * Connects. A host that was reached before is waited for when its connection breaks: `patienceMs` from its last sign of life, of which silence until keepalive
 * gives it up is a part. Then it is given up.
 */
export function patiently(connect: (times: Times) => Promise<Client>, patienceMs: number, tell?: (what: { readonly state: 'lost' | 'back'; readonly waitMs: number }) => void): Patient {
  // Three times in vain, and the next time noticed: a third of the patience, and twenty seconds at most.
  const keepaliveMs = Math.min(5_000, Math.max(500, patienceMs / 12));
  let heard: number | undefined;
  let given: { readonly error: unknown; readonly at: number } | undefined;

  const attempt = async (roomMs: number): Promise<Client> => {
    const client = await connect({ connectMs: Math.min(10_000, roomMs), readyMs: Math.min(20_000, roomMs), keepaliveMs });
    heard = undefined;
    given = undefined;
    client.once('error', (error: Error & { readonly level?: string }) => {
      if (error.level === 'client-timeout') heard = Date.now() - 4 * keepaliveMs;
    });
    client.once('close', () => (heard ??= Date.now()));
    return client;
  };

  return {
    async again(ended) {
      if (given && Date.now() - given.at < restMs) throw given.error;
      if (heard === undefined || given) return attempt(Infinity);
      const until = heard + patienceMs;
      for (let told = false; ; await sleep(Math.min(1_000, patienceMs / 10))) {
        try {
          const client = await attempt(Math.max(leastMs, until - Date.now()));
          if (told) tell?.({ state: 'back', waitMs: 0 });
          return client;
        } catch (error) {
          if (ended() || !isStagecraftError(error) || error.kind !== 'external') throw error;
          if (Date.now() >= until) {
            given = { error, at: Date.now() };
            throw error;
          }
          if (!told) tell?.({ state: 'lost', waitMs: until - Date.now() });
          told = true;
        }
      }
    },
  };
}
