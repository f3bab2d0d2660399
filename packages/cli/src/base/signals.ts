import { fail } from '@stagecraft/core/host';
import type { Signal, World } from './world.js';

export interface Interrupts {
  /** Aborts with the first signal; its reason is an `interrupted` error. */
  readonly signal: AbortSignal;
  /** The signal that was heard. */
  readonly heard: Signal | undefined;
  /** A Ctrl-C that came as a key. */
  press(): void;
  /** Takes the listeners off. */
  stop(): void;
}

/** How long a command that changes nothing may take to end after the first signal, milliseconds. */
const patience = 1000;

/**
 * The first Ctrl-C (SIGTERM, a closed terminal) asks the command to end: a change finishes its running step first. The second leaves at once.
 * A command that changes nothing is not waited for.
 */
export function listenForSignals(world: World, options: { readonly mutates: boolean; readonly onFirst: (signal: Signal) => void; readonly onLeave: () => void }): Interrupts {
  const controller = new AbortController();
  let heard: Signal | undefined;
  let timer: NodeJS.Timeout | undefined;
  const leave = (signal: Signal): void => {
    options.onLeave();
    world.leave(signal === 'SIGTERM' ? 143 : 130);
  };
  const hear = (signal: Signal): void => {
    if (heard !== undefined) {
      // A closed terminal is often told twice, by the shell and by the kernel: that is no second wish.
      if (signal !== 'SIGHUP') leave(signal);
      return;
    }
    heard = signal;
    options.onFirst(signal);
    controller.abort(fail({ code: 'SC5414', kind: 'interrupted', message: `interrupted by ${signal}` }));
    if (!options.mutates) timer = setTimeout(() => leave(signal), patience).unref();
  };
  const listeners = (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((signal) => ({ signal, listener: () => hear(signal) }));
  for (const { signal, listener } of listeners) world.signals.on(signal, listener);
  return {
    signal: controller.signal,
    get heard() {
      return heard;
    },
    press: () => hear('SIGINT'),
    stop() {
      clearTimeout(timer);
      for (const { signal, listener } of listeners) world.signals.off(signal, listener);
    },
  };
}
