import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { listReleases, status } from '@stagecraft/core';
import { engineTest, scratch } from '@stagecraft-tools/engine/test-support';
import { compose, config, healthy, sleeper } from './applications.js';
import { stageOf } from './stage.js';

engineTest('CLI_PHASE_EXECUTION_COMMON: windows that a crash may hit', () => {
  const here = scratch();
  const stage = stageOf(here, () => here.dir);

  it('leaves the record of a closed release alone, when a crash came before its operation was taken off', async () => {
    const before = await stage.running('web');
    await stage.write(config(here.project));
    await stage.write(compose(sleeper('web').replace('image: busybox:1.35', 'image: localhost:1/absent:1')));
    expect(await stage.failedDeploy()).toMatchObject({ kind: 'external' });
    const [failed] = (await listReleases(stage.ws)).releases;
    expect(failed).toMatchObject({ outcome: 'failed', phases: { push: { status: 'failed' }, rollout: { status: 'skipped' } } });
    if (!failed) throw new Error('no release');
    const folder = join(here.hostDir, here.project, 'prod');
    const record = await readFile(join(folder, 'releases', failed.id, 'release.json'), 'utf8');
    await writeFile(join(folder, 'decision'), `${failed.operation} abort\n`);
    await writeFile(join(folder, 'open.json'), `${JSON.stringify({ operation: failed.operation, kind: 'deploy', release: failed.id, version: failed.version, hosts: ['local'], anchor: 'local', since: failed.startedAt, by: 'me' })}\n`);

    // Now it could be built: but what is decided is decided.
    await stage.write(compose(sleeper('web', [healthy])));
    expect(await stage.deploy({ resume: true })).toMatchObject({ outcome: 'failed', decision: 'abort' });
    expect(await readFile(join(folder, 'releases', failed.id, 'release.json'), 'utf8')).toBe(record);
    expect(await stage.running('web')).toEqual(before);
    expect((await stage.deploy()).outcome).toBe('completed');
  });

  it('brings an old container back that was unhealthy before', async () => {
    await stage.write(config(here.project));
    await stage.write(compose(sleeper('web', ['healthcheck: { test: [CMD, test, "!", -e, /tmp/sick], interval: 200ms, retries: 1 }'])));
    await stage.deploy();
    const [old = ''] = await stage.running('web');
    await here.docker(['exec', old, 'touch', '/tmp/sick']);
    await until(async () => (await stage.inspect(old, '{{.State.Health.Status}}')) === 'unhealthy');
    await stage.write(compose(sleeper('web', ['command: [sh, -c, "exit 3"]', 'container_name: ' + `${here.project}-fixed`])
      .replace('    command: [sleep, "3600"]\n', '')));
    expect(await stage.failedDeploy()).toMatchObject({ kind: 'returned' });
    expect(await stage.running('web')).toEqual([old]);
  });

  it('takes routes away for good, also after an interruption, and brings them back with --abort', async () => {
    const port = await freePort();
    const routed = config(here.project, `routes: [{ service: web, port: 3000 }]\nproxy: { provider: traefik, listen: { http: ${port}, https: ${port + 1} } }\n`);
    const server = ['  web:', '    image: node:20', `    command: [node, -e, "require('node:http').createServer((q, r) => r.end('here')).listen(3000)"]`, '    init: true', '    stop_grace_period: 1s', '    healthcheck: { test: [CMD, wget, -qO-, "http://127.0.0.1:3000/"], interval: 300ms, retries: 20 }', ''].join('\n');
    await stage.write({ ...routed, ...compose(server) });
    await stage.deploy();
    const answer = async (): Promise<string> => (await fetch(`http://127.0.0.1:${port}/`)).text();
    expect(await answer()).toBe('here');

    await stage.write(config(here.project));
    await stage.write(compose(server.replace('    init: true\n', '    init: true\n    environment: { SECOND: "1" }\n')));
    const steps = (await stage.deploy({ dryRun: true })).plan?.steps.filter((step) => 'to' in step.action).map((step) => step.id) ?? [];
    expect(steps).not.toEqual([]);
    await stage.interruptedAt(steps[0] ?? '', 'completed');
    expect(await stage.deploy({ abort: true })).toMatchObject({ outcome: 'returned', exitCode: 0 });
    expect(await answer()).toBe('here');

    expect(await stage.deploy()).toMatchObject({ outcome: 'completed' });
    expect(await answer()).not.toBe('here');
    expect((await status(stage.ws)).healthy).toBe(true);
    await here.docker(['rm', '-f', ...(await here.docker(['ps', '-aq', '--filter', `publish=${port}`])).split('\n').filter((id) => id !== '')]);
  });
});

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 100; i += 1) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('it did not come');
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}
