import { config, fiveServices } from '../application.js';
import { interleaved, median, rounded } from '../measure.js';
import type { Part } from '../part.js';
import { shownMs } from '../row.js';
import { freePort, setScene, type Scene } from '../scene.js';

/** A deploy with nothing to do beside `docker compose up -d` of the same file, each on a stack of its own. */
export const unchanged: Part = {
  name: 'unchanged',
  images: ['node:20', 'busybox:1.35', 'redis:7', 'postgres:15', 'traefik:v3.7'],
  async measure(setting) {
    const scene = setScene(setting);
    try {
      scene.write('stagecraft.yml', config(scene.name, { port: await freePort(), proxy: 'traefik' }));
      scene.write('docker-compose.yml', fiveServices());
      const up = ['docker', 'compose', '--progress', 'quiet', '-p', `${scene.name}-plain`, 'up', '-d'];
      await Promise.all([scene.run([...up, '--wait']), scene.stagecraft(['deploy', '--yes'])]);
      const before = await containers(scene);
      const samples = await interleaved(setting.quick ? 3 : 9, {
        compose: async () => (await scene.run(up)).ms,
        ours: async () => (await scene.stagecraft(['deploy', '--yes'])).ms,
      });
      const after = await containers(scene);
      const touched = [...new Set([...before, ...after])].filter((line) => before.includes(line) !== after.includes(line));
      const [compose, ours] = [median(samples.compose), median(samples.ours)];
      const ratio = ours / compose;
      return [
        {
          part: 'unchanged',
          what: `deploy of five services, nothing changed; ${touched.length === 0 ? 'no container touched' : `${touched.length} containers touched`}`,
          baseline: `compose up -d: ${shownMs(compose)}`,
          ours: shownMs(ours),
          ratio,
          aim: 'at most 2x, none touched',
          met: ratio <= 2 && touched.length === 0,
          figures: { baselineMs: rounded(samples.compose), oursMs: rounded(samples.ours), touched, containers: before.length },
        },
      ];
    } finally {
      await scene.clear();
    }
  },
};

/** Every container of the engine's that is ours, with its start and its restarts. */
async function containers(scene: Scene): Promise<readonly string[]> {
  const ids = await scene.docker(['ps', '--all', '--quiet', '--no-trunc', '--filter', `label=stagecraft.project=${scene.name}`]);
  if (ids.length === 0) throw new Error('the deploy made no container');
  return [...(await scene.docker(['inspect', '--format', '{{.Name}} {{.Id}} {{.State.StartedAt}} {{.RestartCount}} {{.State.Status}}', ...ids]))].sort();
}
