import { createServer } from 'node:net';
import { expect, it } from '@jest/globals';
import { engineTest, scratch } from '@stagecraft-tools/engine/test-support';
import { stageOf } from './stage.js';

/** @param more of the service, as what makes a gap in a change of it. */
const files = (project: string, port: number, word: string, more: string): Readonly<Record<string, string>> => ({
  'docker-compose.yml': [
    'services:',
    '  web:',
    '    image: busybox:1.35',
    '    init: true',
    `    command: [sh, -c, "mkdir -p /www && echo ${word} >/www/index.html && exec httpd -f -p 8000 -h /www"]`,
    '    healthcheck: { test: [CMD, wget, -q, -O, /dev/null, "http://127.0.0.1:8000/"], interval: 300ms, retries: 20 }',
    '    stop_grace_period: 2s',
    '',
  ].join('\n'),
  'stagecraft.yml': [
    'version: 1',
    `project: { name: ${project} }`,
    `services: { web: { ${more} } }`,
    'routes: [{ service: web, port: 8000 }]',
    `proxy: { provider: traefik, listen: { http: ${port}, https: ${port + 1} } }`,
    `rollout: { witness: { url: "http://127.0.0.1:${port}/", rate: 50, budget: 0 } }`,
    'environments: { prod: { driver: local } }',
    '',
  ].join('\n'),
});

engineTest('DEPLOY_ROLLOUT: the traffic witness over a rollout', () => {
  const here = scratch();
  const stage = stageOf(here, () => here.dir);

  it('sees nothing lost in a rolling update; takes a release back that made a gap, and tells when and during what', async () => {
    const port = await freePorts();
    const says = async (): Promise<string> => (await (await fetch(`http://127.0.0.1:${port}/`)).text()).trim();
    await stage.write(files(here.project, port, 'one', 'replicas: 1'));
    const first = await stage.deploy({ version: 'v1' });
    expect(first.witness).toMatchObject({ lost: 0 });
    await stage.write(files(here.project, port, 'two', 'replicas: 1'));
    const second = await stage.deploy({ version: 'v2' });
    expect(second.witness?.sent).toBeGreaterThan(20);
    expect(second.witness).toMatchObject({ lost: 0, losses: [] });

    await stage.write(files(here.project, port, 'three', 'singleton: true'));
    const error = await stage.failedDeploy({ version: 'v3' });
    expect(error).toMatchObject({ kind: 'returned', message: expect.stringMatching(/The witness lost \d+ of \d+ requests .* and the config allows 0/) });
    expect(error.tail?.[0]).toMatch(/^\d{4}-\d\d-\d\dT\S+Z (?:status 50\d|connection \w+|no answer).* during local\/web\//);
    expect(await says()).toBe('two');
    const told = stage.events.filter((event) => event.code === 'SC3241').map((event) => (event.data as { lost: number }).lost);
    expect(told).toEqual([0, 0, expect.any(Number)]);
    expect(told[2]).toBeGreaterThan(0);
  });
});

/** A port with a free one behind it, as plain and encrypted HTTP want. */
async function freePorts(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', () => resolve()));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
