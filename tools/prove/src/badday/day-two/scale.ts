import { startLoad } from '@stagecraft-tools/load';
import { must, type Point } from '../../point.js';
import type { Stage } from '../../stage.js';
import { onStage, ran, underLoad } from '../sub-stage.js';
import { composeProject, deploy, told } from './application.js';

export const scaleUnderLoad: readonly Point[] = (['traefik', 'haproxy'] as const).map((proxy) => ({
  title: `day two: scale up and down under load of ${proxy} loses nothing, is kept by a deploy and a rollback, told by history`,
  prove: (outer, size) =>
    onStage(outer, proxy, async (stage) => {
      const port = await stage.freePort();
      await deploy(stage, { version: 'v1', port, proxy });
      const rate = size === 'full' ? 100 : 30;
      const [report] = await underLoad([await startLoad({ url: `http://127.0.0.1:${port}/`, fresh: rate, keepAlive: rate, timeoutMs: 15_000 })], async () => {
        for (const count of size === 'full' ? [4, 2, 8, 1, 3] : [3]) await scaled(stage, count);
        await deploy(stage, { version: 'v2', port, proxy });
        must((await stage.running(composeProject, 'web')).length === 3, 'the deploy did not keep three containers');
        if (size === 'full') {
          await ran(stage, 0, 'rollback', '--yes');
          must((await stage.running(composeProject, 'web')).length === 3, 'the rollback did not keep three containers');
        }
        await scaled(stage, 1);
      });
      must(report.lost === 0 && report.sent > 0, `lost ${report.lost} of ${report.sent}: ${JSON.stringify(report.lostByKind)}`);
      const refused = await ran(stage, 1, 'scale', 'web=0');
      must(refused.stderr.includes('nobody would answer'), `scale web=0: ${refused.all}`);
      await ran(stage, 1, 'scale', 'store=2');
      const history = await told<{ entries: { kind: string; text: string }[] }>(stage, 'history');
      const scalings = history.entries.filter((entry) => entry.kind === 'scale').map((entry) => entry.text).reverse();
      must(scalings.at(-1) === 'web=1' && scalings.includes('web=3'), `history tells of ${scalings.join(', ')}`);
      return `lost 0 of ${report.sent} over ${scalings.length} scalings and a deploy${size === 'full' ? ' and a rollback' : ''}, history: ${scalings.join(', ')}`;
    }),
}));

async function scaled(stage: Stage, count: number): Promise<void> {
  await ran(stage, 0, 'scale', `web=${count}`);
  const running = (await stage.running(composeProject, 'web')).length;
  must(running === count, `scale web=${count}: ${running} run`);
}
