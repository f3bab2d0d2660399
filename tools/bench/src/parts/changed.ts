import { handWritten, stagecraft } from '../contender.js';
import { interleaved, median, rounded } from '../measure.js';
import type { Part } from '../part.js';
import { shownMs } from '../row.js';
import { setScene } from '../scene.js';

/** A deploy that replaces one routed service, beside a hand-written script that does the same with the same proxy. */
export const changed: Part = {
  name: 'changed',
  images: ['node:20', 'traefik:v3.7'],
  async measure(setting) {
    const scene = setScene(setting);
    try {
      const [ours, script] = [await stagecraft(scene, 'traefik'), await handWritten(scene, 'traefik')];
      await Promise.all([ours.up(), script.up()]);
      let version = 1;
      const next = (): string => String((version += 1));
      const samples = await interleaved(setting.quick ? 2 : 6, { script: async () => (await script.to(next())).ms, ours: async () => (await ours.to(next())).ms });
      const ratio = median(samples.ours) / median(samples.script);
      return [
        {
          part: 'changed',
          what: 'deploy that replaces one routed service, Traefik',
          baseline: `script: ${shownMs(median(samples.script))}`,
          ours: `${shownMs(median(samples.ours))}, ${shownMs(median(samples.ours) - median(samples.script))} more`,
          ratio,
          aim: 'at most 1.15x',
          met: ratio <= 1.15,
          figures: { baselineMs: rounded(samples.script), oursMs: rounded(samples.ours), overheadMs: Math.round(median(samples.ours) - median(samples.script)) },
        },
      ];
    } finally {
      await scene.clear();
    }
  },
};
