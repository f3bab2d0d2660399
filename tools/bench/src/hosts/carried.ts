import type { TestHost } from '@stagecraft-tools/hosts';
import type { Row } from '../row.js';
import type { Fleet } from './fleet.js';

/** Random bytes do not shrink. */
const LAYER = 6_000_000;

/** A change of one layer of an image that is built here, beside the whole image by `docker save | ssh docker load`. */
export async function carriedRow(on: Fleet): Promise<Row> {
  const { scene } = on;
  const [, second] = on.hosts;
  if (!second) throw new Error('there are two hosts');
  const layer = (name: string): Promise<unknown> => scene.run(['sh', '-c', `head -c ${LAYER} /dev/urandom >${name}`]);
  scene.write('Dockerfile', 'FROM busybox:1.35\nCOPY base /base\nCOPY layer /layer\nCMD ["sleep", "3600"]\n');
  scene.write('docker-compose.yml', 'services:\n  web:\n    build: .\n    init: true\n    stop_grace_period: 1s\n    healthcheck: { test: [CMD, "true"], interval: 1s, start_period: 10s, start_interval: 250ms }\n');
  await Promise.all([layer('base'), layer('layer')]);
  await on.stagecraft(2, ['deploy', '--yes']);
  await layer('layer');
  const ours = await moved(second, () => on.stagecraft(2, ['deploy', '--yes']));
  await layer('layer');
  await scene.run(['docker', 'build', '-q', '-t', `${scene.name}-saved`, '.']);
  const saved = await moved(second, () => scene.run(['sh', '-c', `docker save ${scene.name}-saved | ssh -F ${on.sshConfig} root@${second.address} docker load`]));
  await scene.docker(['rmi', '-f', `${scene.name}-saved`]);
  const ratio = ours / LAYER;
  return { part: 'hosts', what: `bytes to a host for one changed layer of ${megabytes(LAYER)}, of two`, baseline: `the layer; docker save | ssh docker load: ${megabytes(saved)}`, ours: megabytes(ours), ratio, aim: 'at most 1.1x of the layer', met: ratio <= 1.1, figures: { layer: LAYER, ours, saved } };
}

async function moved(host: TestHost, work: () => Promise<unknown>): Promise<number> {
  const count = async (): Promise<number> => Number((await host.must(['cat', '/sys/class/net/eth0/statistics/rx_bytes'])).trim());
  const before = await count();
  await work();
  return (await count()) - before;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(2)} MB`;
}
