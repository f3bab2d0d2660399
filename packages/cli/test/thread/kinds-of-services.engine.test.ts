import { createServer } from 'node:net';
import { expect, it } from '@jest/globals';
import { listReleases } from '@stagecraft/core';
import { engineTest, scratch } from '@stagecraft-tools/engine/test-support';
import { compose, config, healthy, sleeper } from './applications.js';
import { composeProject, stageOf } from './stage.js';

engineTest('DEPLOY_ROLLOUT: what each kind of service is owed', () => {
  const here = scratch();
  const stage = stageOf(here, () => here.dir);

  it('holds a database whose image changed, and does not touch it', async () => {
    const app = (image: string, greeting: string): Readonly<Record<string, string>> => ({
      'docker-compose.yml': `services:\n${sleeper('api', [healthy, `environment: { GREETING: ${greeting} }`])}  db:\n    image: ${image}\n    volumes: [data:/data]\n    healthcheck: { test: [CMD, redis-cli, ping], interval: 200ms }\nvolumes: { data: {} }\n`,
    });
    await stage.write({ ...config(here.project), ...app('redis:7', 'a'), Dockerfile: 'FROM redis:7\nLABEL changed=yes\n' });
    await stage.deploy();
    const db = await stage.running('db');
    await here.docker(['build', '-q', '-t', `${here.project}-redis:other`, '.']);
    await stage.write(app(`${here.project}-redis:other`, 'b'));
    const result = await stage.deploy();
    expect(result.plan?.services.find((service) => service.service === 'db')).toMatchObject({ change: 'held', kind: 'data' });
    expect(result.release?.changes).toEqual({ api: 'replaced', db: 'held' });
    expect(await stage.running('db')).toEqual(db);
  });

  it('keeps the recorded image of a third-party tag that moved, until --pull', async () => {
    const image = `${here.project}-moving:1`;
    const move = async (to: string): Promise<void> => {
      await stage.write({ Dockerfile: `FROM busybox:1.35\nLABEL moved=${to}\n` });
      await here.docker(['build', '-q', '-t', image, '.']);
    };
    const app = (count: string): Promise<void> => stage.write({ ...config(here.project), 'docker-compose.yml': `services:\n${sleeper('other', [healthy, `environment: { COUNT: "${count}" }`])}${sleeper('api', [healthy]).replace('busybox:1.35', image)}` });
    await move('one');
    await app('1');
    await stage.deploy();
    const api = await stage.running('api');
    await move('two');
    await app('2');
    expect((await stage.deploy()).release?.changes).toMatchObject({ api: 'unchanged', other: 'replaced' });
    expect(await stage.running('api')).toEqual(api);
    expect((await stage.deploy({ pull: true })).release?.changes).toMatchObject({ api: 'replaced', other: 'unchanged' });
  });

  it('runs a job once a release, before what depends on it; its failure leaves the old version serving', async () => {
    const app = (count: string, exit: number): Readonly<Record<string, string>> =>
      compose(sleeper('api', [healthy, `environment: { COUNT: "${count}" }`, 'depends_on: { migrate: { condition: service_completed_successfully } }']), sleeper('migrate', [`entrypoint: [sh, -c, "echo migrating ${count}; exit ${exit}"]`]));
    await stage.write({ ...config(here.project), ...app('1', 0) });
    expect((await stage.deploy()).release?.changes).toMatchObject({ migrate: 'ran' });
    const api = await stage.running('api');
    await stage.write(app('2', 5));
    const error = await stage.failedDeploy();
    expect(error.kind).toBe('returned');
    expect(error.message).toMatch(/migrate.*exited with 5/);
    expect(error.tail).toEqual(['migrating 2']);
    expect(await stage.running('api')).toEqual(api);
  });

  it('stops a service with a fixed name and port before it starts the new one, and brings both back when that fails', async () => {
    const port = await freePort();
    const app = (entrypoint: string): Readonly<Record<string, string>> => ({
      'docker-compose.yml': `services:\n  web:\n    image: busybox:1.35\n    init: true\n    stop_grace_period: 1s\n    container_name: ${here.project}-fixed\n    ports: ["127.0.0.1:${port}:80"]\n    entrypoint: ${entrypoint}\n    command: [-f, -p, "80"]\n`,
    });
    await stage.write({ ...config(here.project), ...app('[httpd]') });
    const first = await stage.deploy();
    expect(first.plan?.services.find((service) => service.service === 'web')?.verdict).toMatchObject({ strategy: 'recreate' });
    const [old = ''] = await stage.running('web');
    expect(await stage.inspect(old, '{{.Name}}')).toBe(`/${here.project}-fixed`);

    await stage.write(app('["false"]'));
    expect((await stage.failedDeploy()).kind).toBe('returned');
    expect(await stage.running('web')).toEqual([old]);
    expect(await stage.inspect(old, '{{.Name}}')).toBe(`/${here.project}-fixed`);
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(404);

    await stage.write(app('[busybox, httpd]'));
    await stage.deploy();
    const [now = ''] = await stage.running('web');
    expect(now).not.toBe(old);
    expect(await stage.inspect(now, '{{.Name}}')).toBe(`/${here.project}-fixed`);
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(404);
    expect(await here.docker(['ps', '-aq', '--filter', `label=com.docker.compose.project=${composeProject(here)}`, '--filter', 'label=com.docker.compose.service=web', '--filter', 'status=exited'])).toBe('');
  });

  it('adds and takes away replicas without touching those that stay', async () => {
    const replicas = (count: number): Promise<void> => stage.write({ ...config(here.project, `services: { api: { replicas: ${count} } }\n`), ...compose(sleeper('api', [healthy])) });
    await replicas(2);
    await stage.deploy();
    const two = await stage.running('api');
    expect(two).toHaveLength(2);
    await replicas(3);
    await stage.deploy();
    const three = await stage.running('api');
    expect(three).toHaveLength(3);
    expect(three).toEqual(expect.arrayContaining([...two]));
    await replicas(1);
    await stage.deploy();
    const [one] = await stage.running('api');
    expect(three).toContain(one);
    expect(await stage.running('api')).toHaveLength(1);
  });

  it('never runs two of a singleton', async () => {
    const app = (count: string): Promise<void> => stage.write({ ...config(here.project, 'services: { cron: { singleton: true } }\n'), ...compose(sleeper('cron', [healthy, `environment: { COUNT: "${count}" }`])) });
    await app('1');
    await stage.deploy();
    await app('2');
    const { plan } = await stage.deploy();
    const order = plan?.steps.map((step) => step.id) ?? [];
    expect(order.indexOf('local/cron/stop')).toBeLessThan(order.indexOf('local/cron/start'));
    expect(await stage.running('cron')).toHaveLength(1);
  });

  it('brings mounted folders by content, readable for whatever user the container has', async () => {
    await stage.write({
      ...config(here.project),
      ...compose(sleeper('api', ['user: "1000:1000"', 'volumes: ["./conf:/conf:ro"]', 'healthcheck: { test: [CMD, grep, -q, one, /conf/deep/a.txt], interval: 200ms, retries: 3 }'])),
      'conf/deep/a.txt': 'one\n',
    });
    await stage.deploy();
    const before = await stage.running('api');
    await stage.write({ 'conf/deep/a.txt': 'one and two\n' });
    expect((await stage.deploy()).plan?.services[0]).toMatchObject({ change: 'replace', differs: ['files'] });
    expect(await stage.running('api')).not.toEqual(before);
    expect(await here.docker(['exec', (await stage.running('api'))[0] ?? '', 'cat', '/conf/deep/a.txt'])).toContain('one and two');
  });

  it('gives a container its values as they are, whatever they hold, and tells nobody else', async () => {
    const value = `p$q#r 's "t" \\u $\{NOT} ünï`;
    await stage.write({ ...config(here.project), ...compose(sleeper('api', [healthy, 'env_file: [.env.api]'])), '.env.api': `SECRET_VALUE='${value.replaceAll("'", "\\'")}'\n` });
    const begin = stage.events.length;
    const result = await stage.deploy();
    const [api = ''] = await stage.running('api');
    const env = JSON.parse(await stage.inspect(api, '{{json .Config.Env}}')) as string[];
    expect(env.find((line) => line.startsWith('SECRET_VALUE='))).toBe(`SECRET_VALUE=${value}`);
    const told = JSON.stringify([stage.events.slice(begin), result.plan, await listReleases(stage.ws)]);
    expect(told).not.toContain('p$q#r');
  });
});

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
