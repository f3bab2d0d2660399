import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { checkout } from '../command-line.js';
import { interleaved, median, rounded } from '../measure.js';
import type { Part } from '../part.js';
import { shownMs, type Row } from '../row.js';
import { setScene } from '../scene.js';

/** How long it takes until something is said, in units of an empty Node. */
export const startUp: Part = {
  name: 'start-up',
  images: [],
  async measure(setting) {
    const scene = setScene(setting);
    try {
      cpSync(join(checkout, 'examples/basic-node'), scene.folder, { recursive: true, filter: (path) => !path.endsWith('.stagecraft') });
      // Where there is no docker command the files are read by Stagecraft's own reader.
      const bin = join(scene.home, 'bin');
      mkdirSync(bin);
      symlinkSync('/bin/sh', join(bin, 'sh'));
      const samples = await interleaved(setting.quick ? 7 : 15, {
        node: async () => (await scene.run([process.execPath, '-e', '0'])).ms,
        version: async () => (await scene.stagecraft(['--version'])).ms,
        plan: async () => (await scene.stagecraft(['plan', '--env', 'prod'])).ms,
        without: async () => (await scene.stagecraft(['plan', '--env', 'prod'], { PATH: bin })).ms,
      });
      const bare = median(samples.node);
      const row = (what: string, of: readonly number[], most?: number): Row => {
        const ratio = median(of) / bare;
        return { part: 'start-up', what, baseline: `node -e 0: ${shownMs(bare)}`, ours: shownMs(median(of)), ratio, ...(most === undefined ? { aim: '' } : { aim: `at most ${most}x`, met: ratio <= most }), figures: { baselineMs: rounded(samples.node), oursMs: rounded(of) } };
      };
      return [row('--version', samples.version, 1.5), row('plan of the example', samples.plan, 4), row('the same, without docker', samples.without)];
    } finally {
      await scene.clear();
    }
  },
};
