import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { must, type Point } from '../point.js';
import { bytesOver, onThreeHosts } from './scene.js';
import { allSay, begin, oneHistory } from './story.js';

/** Random bytes do not shrink: what travels is what they are. */
const layerBytes = 6_000_000;

/** Images that are built here and brought to the hosts over their connections. */
export const carried: readonly Point[] = [
  {
    title: 'images without a registry: built here, brought to every host over its connection; then one changed layer, and nothing that is there already',
    prove: (stage) =>
      onThreeHosts(stage, 'images are carried', async (scene) => {
        await stage.write({ 'Dockerfile': dockerfile, 'docker-compose.yml': application });
        await says(stage, 'one');
        await scene.stagecraft([0], 'deploy', '--yes');
        await allSay(scene, 'one');

        await says(stage, 'two');
        const [first] = scene.hosts;
        must(first, 'three hosts');
        const before = await bytesOver(first);
        const plain = await scene.stagecraft([0], 'plan');
        must(/bring fleet\S* from this machine/.test(plain.all), `the plan does not say that the image is brought: ${plain.all.slice(-1500)}`);
        await scene.stagecraft([0], 'deploy', '--yes');
        const moved = (await bytesOver(first)) - before;
        await allSay(scene, 'two');
        must(moved < layerBytes * 1.1, `${moved} bytes came to ${first.name} for a layer of ${layerBytes}`);

        const again = await scene.stagecraft([0], 'deploy', '--yes');
        must(/nothing to do/i.test(again.all), `a deploy that changes nothing: ${again.all.slice(-800)}`);

        await says(stage, 'three');
        const running = begin(stage, scene, ['deploy', '--yes', '--json-events']);
        await running.seen(/"id":"[^"]*\/web\/carry"[^\n]*"status":"running"/);
        running.kill();
        await running.ended;
        await scene.stagecraft([0], 'deploy', '--resume', '--yes');
        await allSay(scene, 'three');
        const packed = (await readdir(tmpdir())).filter((name) => name.startsWith('stagecraft-image-'));
        must(packed.length === 0, `what the killed operator packed is still there: ${packed.join(', ')}`);
        await scene.stagecraft([0], 'rollback', '--yes');
        await allSay(scene, 'two');
        await oneHistory(scene, ['completed', 'completed', 'completed', 'completed']);
        const left = await first.must(['sh', '-c', 'ls /root/.stagecraft/fleet/prod/carried 2>/dev/null || :']);
        must(left.trim() === '', `left behind: ${left}`);
        return `one changed layer of ${layerBytes} bytes: ${moved} bytes came to a host, ${(moved / layerBytes).toFixed(2)} of it; killed while it carried, --resume completes; rollback finds its image`;
      }),
  },
];

const dockerfile = `FROM busybox:1.35
COPY base /base
COPY layer /layer
COPY index.html /www/index.html
CMD ["httpd", "-f", "-p", "8000", "-h", "/www"]
`;

const application = `services:
  web:
    build: .
    init: true
    healthcheck: { test: [CMD, wget, -q, -O, /dev/null, "http://127.0.0.1:8000/"], interval: 500ms, retries: 20 }
    stop_grace_period: 2s
`;

async function says(stage: Parameters<Point['prove']>[0], word: string): Promise<void> {
  await stage.write({ 'index.html': `${word}\n` });
  await stage.run(['sh', '-c', `[ -f base ] || head -c ${layerBytes} /dev/urandom >base; head -c ${layerBytes} /dev/urandom >layer`], { cwd: stage.folder });
}
