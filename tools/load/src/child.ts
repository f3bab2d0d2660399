import { generate, type Generator } from './generate.js';
import type { LoadOptions } from './types.js';

/** What the two processes say to each other. */
export type Ask = { readonly ask: 'start'; readonly options: LoadOptions } | { readonly ask: 'report' | 'stop' };

let generator: Generator | undefined;

process.on('message', (message: Ask) => {
  if (message.ask === 'start') start(message.options);
  else if (message.ask === 'report') process.send?.({ report: generator?.report() });
  else void generator?.stop();
});
// Whoever started the load is gone: nobody would stop it.
process.on('disconnect', () => process.exit());
// An interrupt is meant for who started it, and that one stops the load.
process.on('SIGINT', () => undefined);

function start(options: LoadOptions): void {
  try {
    generator = generate(options);
    process.send?.({ started: true });
    void generator.ended.then((report) => process.send?.({ ended: report }));
  } catch (error) {
    process.send?.({ failed: (error as Error).message });
  }
}
