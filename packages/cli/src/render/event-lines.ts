import type { Clock } from '@stagecraft/core';
import type { GuardedOutput } from '../base/output.js';
import type { Renderer } from './renderer.js';

/** Version of the form of a line: `{ v, seq, at, type, code, data }`. */
const version = 1;

/** NDJSON: a line an event, whose last one is the result. */
export function createEventLines(options: { readonly stdout: GuardedOutput; readonly clock: Clock }): Renderer {
  let seq = 0;
  return {
    event(event) {
      seq += 1;
      const at = new Date(options.clock.now()).toISOString();
      options.stdout.write(`${JSON.stringify({ v: version, seq, at, type: event.type, code: event.code, data: event.data })}\n`);
    },
    print: () => undefined,
    pause: () => undefined,
    resume: () => undefined,
    close: () => Promise.resolve(),
  };
}
