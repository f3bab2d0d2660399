import { constants } from 'node:os';
import { parseArgs } from 'node:util';
import { acquireEngine } from '@stagecraft-tools/engine';
import { demo } from './demo.js';
import { Interrupted } from './interrupt.js';
import { say } from './say.js';

// npm run demo [-- --proxy traefik|haproxy]: sets up what it needs, shows each command before it runs it, and leaves nothing behind.
const { proxy } = parseArgs({ options: { proxy: { type: 'string' } } }).values;
const begun = performance.now();
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (!stop.signal.aborted) say(`\n${signal}: ending what runs, then cleaning up`);
    stop.abort(new Interrupted(signal));
  });
}

let [line, code] = ['', 0];
try {
  const got = await acquireEngine({ why: 'demo', tell: (text) => say(`engine: ${text}`) });
  if ('reason' in got) throw new Error(`no container engine: ${got.reason}`);
  try {
    stop.signal.throwIfAborted();
    const { requests, lost, rollouts } = await demo(got.engine, stop.signal, proxy);
    line = `demo: ${lost === 0 ? 'ok' : 'failed'}, lost ${lost} of ${requests} requests in ${rollouts} rollouts`;
    code = lost === 0 ? 0 : 1;
  } finally {
    await got.engine.release();
  }
} catch (error) {
  // What an interrupt ended fails in many words; the interrupt is why.
  const why: unknown = stop.signal.aborted ? stop.signal.reason : error;
  line = `demo: failed, ${(why as Error).message}`;
  code = why instanceof Interrupted ? 128 + constants.signals[why.by] : 1;
}
say(`\n(${Math.round((performance.now() - begun) / 1000)} s)`);
say(line);
process.exit(code);
