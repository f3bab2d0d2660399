import { createServer } from 'node:net';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { planAction, status } from '@stagecraft/core';
import { startLoad } from '@stagecraft-tools/load';
import { engineTest, scratch } from '@stagecraft-tools/engine/test-support';
import { stageOf, type Stage } from './stage.js';

const server = `
const http = require('node:http');
const version = process.env.VERSION;
const app = http.createServer((req, res) => {
  res.setHeader('x-version', version);
  if (req.url.startsWith('/slow')) setTimeout(() => res.end('slow ' + version), 1000);
  else res.end(version);
});
app.listen(3000, '0.0.0.0');
process.on('SIGTERM', () => { app.close(() => process.exit(0)); app.closeIdleConnections(); });
`;

const files = (project: string, port: number, proxy: string, version: string, path = '/'): Readonly<Record<string, string>> => ({
  'server.js': server,
  'docker-compose.yml': [
    'services:',
    '  web:',
    '    image: node:20',
    '    command: [node, /app/server.js]',
    '    volumes: ["./server.js:/app/server.js:ro"]',
    `    environment: { VERSION: ${version} }`,
    '    stop_grace_period: 10s',
    '    healthcheck: { test: [CMD, wget, -qO-, "http://127.0.0.1:3000/"], interval: 300ms, timeout: 2s, retries: 20 }',
    '',
  ].join('\n'),
  'stagecraft.yml': [
    'version: 1',
    `project: { name: ${project} }`,
    'services: { web: { replicas: 2 } }',
    `routes: [{ path: ${path}, service: web, port: 3000 }]`,
    `proxy: { provider: ${proxy}, listen: { http: ${port}, https: ${port + 1} } }`,
    'environments: { prod: { driver: local } }',
    '',
  ].join('\n'),
});

for (const proxy of ['traefik', 'haproxy']) {
  engineTest(`DEPLOY_ROLLOUT: routes through ${proxy}`, () => {
    const here = scratch();
    const stage = stageOf(here, () => here.dir);
    const body = async (port: number, path = '/'): Promise<string> => (await fetch(`http://127.0.0.1:${port}${path}`)).text();

    it('loses no request in an update and in a rollback, of new and kept connections, with slow ones in flight', async () => {
      const port = await freePorts();
      await stage.write(files(here.project, port, proxy, 'v1'));
      const first = await stage.deploy({ version: 'v1' });
      expect(first.urls).toEqual([`http://localhost:${port}/`]);
      expect(await body(port)).toBe('v1');
      const proxyId = (await proxyOf(here.hostDir, stage)) ?? '';
      const runningSince = await stage.inspect(proxyId, '{{.State.StartedAt}}');

      const load = await startLoad({ url: `http://127.0.0.1:${port}/`, fresh: 60, keepAlive: 60, slow: { path: '/slow', rate: 3 }, seconds: 120 });
      await stage.write(files(here.project, port, proxy, 'v2'));
      const second = await stage.deploy({ version: 'v2' });
      expect(second.plan?.services[0]?.verdict).toMatchObject({ strategy: 'rolling', promise: 'none lost' });
      expect(await body(port)).toBe('v2');
      await stage.rollback();
      expect(await body(port)).toBe('v1');
      const report = await load.stop();
      expect(report.versions).toMatchObject({ v1: expect.any(Number), v2: expect.any(Number) });
      expect({ lost: report.lost, kinds: report.lostByKind, losses: report.losses.slice(0, 5) }).toEqual({ lost: 0, kinds: {}, losses: [] });
      expect((await status(stage.ws)).healthy).toBe(true);

      // The proxy is outside of every release: none of them made it anew or restarted it. One that ended by itself tells why.
      expect(await proxyOf(here.hostDir, stage)).toBe(proxyId);
      const restarts = await stage.inspect(proxyId, '{{.RestartCount}}');
      expect({ restarts, said: restarts === '0' ? '' : await whyItEnded(proxyId, stage) }).toEqual({ restarts: '0', said: '' });
      expect(await stage.inspect(proxyId, '{{.State.StartedAt}}')).toBe(runningSince);

      // A second project shares it, with a path of its own; neither meets the other.
      const folder = join(here.dir, 'second');
      await mkdir(folder, { recursive: true });
      const other = stageOf(here, () => folder);
      await other.write(files(`${here.project}b`, port, proxy, 'other', '/other'));
      await other.deploy();
      expect([await body(port), await body(port, '/other'), await body(port, '/otherwise')]).toEqual(['v1', 'other', 'v1']);

      // The same host and path twice is refused, and the owner is named.
      await other.write(files(`${here.project}b`, port, proxy, 'other', '/'));
      const clash = await other.failedDeploy();
      expect(clash).toMatchObject({ kind: 'user', code: 'SC4203' });
      expect(clash.message).toContain(`project ${here.project}, environment prod`);
      expect(clash.location).toMatchObject({ file: 'stagecraft.yml', line: 4 });

      // Nor can an operation that lay open meanwhile have it.
      await other.write(files(`${here.project}b`, port, proxy, 'late', '/late'));
      expect((await other.interruptedAt('local/web/gate', 'running')).kind).toBe('interrupted');
      await stage.write(files(here.project, port, proxy, 'v1', '/late'));
      await stage.deploy();
      expect(await other.failedDeploy({ resume: true })).toMatchObject({ kind: 'user', code: 'SC4203', next: expect.arrayContaining(['stagecraft deploy --abort']) });
      expect((await other.deploy({ abort: true })).exitCode).toBe(0);
      expect([await body(port, '/late'), await body(port, '/other')]).toEqual(['v1', 'other']);
      await stage.write(files(here.project, port, proxy, 'v1'));
      await stage.deploy();

      // A failed release leaves the old one behind the proxy.
      const sick = files(here.project, port, proxy, 'v3');
      await stage.write({ ...sick, 'docker-compose.yml': (sick['docker-compose.yml'] ?? '').replace('wget, -qO-, "http://127.0.0.1:3000/"', '"false"').replace('retries: 20', 'retries: 2') });
      expect((await stage.failedDeploy()).kind).toBe('returned');
      expect(await body(port)).toBe('v1');
      await rm(join(here.dir, 'stagecraft.yml'));
    }, 180_000);
  });
}

engineTest('CLI_PLAN: the label trap', () => {
  const here = scratch();
  const stage = stageOf(here, () => here.dir);

  it("warns of a Compose file's own traefik labels at file:line", async () => {
    const port = await freePorts();
    const made = files(here.project, port, 'traefik', 'v1');
    await stage.write({ ...made, 'docker-compose.yml': (made['docker-compose.yml'] ?? '').replace('    stop_grace_period', '    labels: { traefik.http.routers.web.rule: "PathPrefix(`/`)" }\n    stop_grace_period') });
    const plan = await planAction(stage.ws, { refresh: false, filter: {}, pull: false });
    const warning = plan.findings.find((finding) => finding.code.startsWith('traefik/'));
    expect(warning).toMatchObject({ severity: 'warning', location: { file: 'docker-compose.yml', line: 7 } });
  });
});

async function proxyOf(hostDir: string, stage: Stage): Promise<string | undefined> {
  const ids = (await stage.ws.exec.run(['docker', 'ps', '-q', '--filter', `volume=${hostDir}/proxy/files`])).stdout;
  return ids.split('\n')[0];
}

async function whyItEnded(proxyId: string, stage: Stage): Promise<string> {
  const { stdout, stderr } = await stage.ws.exec.run(['docker', 'logs', proxyId]);
  return `${stdout}${stderr}`.split('\n').filter((line) => /alert|emerg|fatal|panic|exited with code [1-9]|exit-on-failure/i.test(line)).slice(-20).join('\n');
}

/** Two ports in a row that nobody listens on. */
async function freePorts(): Promise<number> {
  for (;;) {
    const port = await listenOnce(0);
    if (port < 65_000 && (await listenOnce(port + 1).catch(() => 0)) === port + 1) return port;
  }
}

function listenOnce(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(port, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
