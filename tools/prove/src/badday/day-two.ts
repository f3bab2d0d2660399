import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startLoad } from '@stagecraft-tools/load';
import { must, type Point } from '../point.js';
import type { Ran, Stage } from '../stage.js';

const project = 'daytwo';
const compose = `${project}-prod`;

export const dayTwo: readonly Point[] = [
  {
    title: 'day two: exec and run with a terminal, exit codes and Ctrl-C; a detached one goes on over a deploy',
    async prove(stage) {
      const port = await stage.freePort();
      await deployed(stage, port);
      const codes = [await stage.stagecraft(['exec', 'web', '--', 'sh', '-c', 'exit 7']), await stage.stagecraft(['run', 'worker', '--', 'sh', '-c', 'exit 3'])].map((ran) => ran.exitCode);
      must(codes.join() === '7,3', `exit codes of exec and run: ${codes.join()}`);
      const terminals = [await atTerminal(stage, 'exec worker -- sh -c "test -t 0 && test -t 1 && echo terminal; exit 5"'), await atTerminal(stage, 'run worker -- sh -c "test -t 0 && test -t 1 && echo terminal; exit 6"')];
      must(terminals.every((ran) => ran.stdout.includes('terminal')) && terminals.map((ran) => ran.exitCode).join() === '5,6', `at a terminal: ${terminals.map((ran) => `${ran.exitCode} ${ran.all}`).join('; ')}`);
      const once = await interrupted(stage, 'trap "echo heard; exit 9" INT; echo begun; while :; do sleep 0.1; done', 1);
      must(once.exitCode === 9 && once.stdout.includes('heard'), `Ctrl-C once: exit code ${once.exitCode}: ${once.all}`);
      const twice = await interrupted(stage, 'trap "" INT; echo begun; while :; do sleep 0.1; done', 2);
      must(twice.exitCode === 130, `Ctrl-C twice: exit code ${twice.exitCode}: ${twice.all}`);
      await until('the one-off that did not heed Ctrl-C to be gone', async () => (await oneOffs(stage)).length === 0);
      const profile = await stage.stagecraft(['run', 'tool']);
      must(profile.exitCode === 0 && profile.stdout === 'a tool\n', `a service whose profile is off: ${profile.all}`);
      const name = (await stage.stagecraft(['run', 'worker', '--detach', '--', 'sh', '-c', 'until [ -e /tmp/end ]; do sleep 0.1; done'])).stdout.trim();
      await deploy(stage, port, 'v2');
      must((await oneOffs(stage)).join() === name, `after a deploy the detached ${name} is not what runs: ${(await oneOffs(stage)).join()}`);
      await stage.docker(['exec', name, 'touch', '/tmp/end']);
      await until('the detached one-off to be removed', async () => (await oneOffs(stage)).length === 0);
      return `exec 7 and 5, run 3 and 6, Ctrl-C once: the program's own 9, twice: 130, detached over a deploy; one-offs left: ${(await oneOffs(stage)).length}`;
    },
  },
  {
    title: 'day two: scale up and down under load loses nothing, is kept by a deploy and told by history; status --watch sees a container go and come',
    async prove(stage, size) {
      const port = await stage.freePort();
      await deployed(stage, port);
      const load = await startLoad({ url: `http://127.0.0.1:${port}/`, fresh: size === 'full' ? 100 : 30, keepAlive: size === 'full' ? 100 : 30, timeoutMs: 15_000 });
      const report = await (async () => {
        try {
          for (const count of size === 'full' ? [4, 2, 8, 1, 3] : [3]) await scaled(stage, count);
          await deploy(stage, port, 'v2');
          must((await stage.running(compose, 'web')).length === 3, 'the deploy did not keep three containers');
          await scaled(stage, 1);
        } finally {
          await load.stop();
        }
        return load.ended;
      })();
      must(report.lost === 0 && report.sent > 0, `lost ${report.lost} of ${report.sent}: ${JSON.stringify(report.lostByKind)}`);
      const refused = await stage.stagecraft(['scale', 'web=0']);
      must(refused.exitCode === 1 && refused.stderr.includes('nobody would answer'), `scale web=0: exit code ${refused.exitCode}: ${refused.all}`);
      const history = JSON.parse((await stage.stagecraft(['history', '--json'])).stdout) as { entries: { kind: string; text: string }[] };
      const told = history.entries.filter((entry) => entry.kind === 'scale').map((entry) => entry.text);
      must(told.at(0) === 'web=1' && told.includes('web=3'), `history tells of ${told.join(', ')}`);
      return `lost 0 of ${report.sent} over ${told.length} scalings and a deploy, history: ${told.reverse().join(', ')}; ${await watched(stage)}`;
    },
  },
  {
    title: 'day two: prune killed in the middle and run again leaves a valid history, what kept releases need, and no image of theirs',
    async prove(stage, size) {
      const port = await stage.freePort();
      await deployed(stage, port);
      const rounds = size === 'full' ? 8 : 4;
      for (let round = 2; round <= rounds; round += 1) await deploy(stage, port, `v${round}`);
      const journal = join(stage.folder, 'host', project, 'prod', 'journal.ndjson');
      const child = stage.begin(['prune', '--keep', '2', '--yes']);
      const ended = new Promise((resolve) => child.once('close', resolve));
      while (child.exitCode === null && !readFileSync(journal, 'utf8').includes('"pruned":"')) await delay(5);
      const killed = child.exitCode === null && child.kill('SIGKILL');
      await ended;
      const again = await stage.stagecraft(['prune', '--keep', '2', '--yes', '--lock-wait', '30s']);
      must(again.exitCode === 0, `prune again: exit code ${again.exitCode}: ${again.all}`);
      const list = JSON.parse((await stage.stagecraft(['releases', 'list', '--json'])).stdout) as { releases: { id: string; version: string }[] };
      must(list.releases.map((release) => release.version).join() === `v${rounds},v${rounds - 1}`, `kept: ${list.releases.map((release) => release.version).join()}`);
      const images = (await stage.docker(['images', '-q', '--no-trunc', '--filter', `label=stagecraft.project=${project}`])).split('\n').filter((id) => id !== '').length;
      must(images === 2, `${images} images of the project are left, and two releases`);
      const diff = await stage.stagecraft(['releases', 'diff', `v${rounds - 1}`, `v${rounds}`]);
      must(diff.exitCode === 0 && diff.stdout.includes('services.built.image'), `releases diff: ${diff.all}`);
      const back = await stage.stagecraft(['rollback', '--yes']);
      must(back.exitCode === 0, `rollback: exit code ${back.exitCode}: ${back.all}`);
      const history = JSON.parse((await stage.stagecraft(['history', '--json'])).stdout) as { entries: { kind: string; pruned?: true }[] };
      const pruned = history.entries.filter((entry) => entry.pruned).length;
      must(pruned === rounds - 2, `history tells of ${pruned} pruned releases`);
      must(existsSync(journal), 'the journal is gone');
      return `${killed ? 'killed after the first release' : 'too fast to be killed'}, run again: 2 of ${rounds} releases and 2 of ${rounds} images kept, history tells of ${pruned} pruned ones, rollback to v${rounds - 1} works`;
    },
  },
];

function application(version: string, port: number): Readonly<Record<string, string>> {
  const server = "const s = require('node:http').createServer((q, r) => r.end('ok')); s.keepAliveTimeout = 120000; s.listen(3000); process.on('SIGTERM', () => { s.close(() => process.exit(0)); s.closeIdleConnections(); });";
  const idle = '    init: true\n    stop_grace_period: 1s\n    healthcheck: { test: [CMD, "true"], interval: 1s }\n';
  return {
    'stagecraft.yml': `version: 1\nproject: { name: ${project} }\nroutes: [{ path: /, service: web, port: 3000 }]\nproxy: { provider: traefik, listen: { http: ${port} } }\nenvironments:\n  prod: { driver: local }\n`,
    'docker-compose.yml': [
      'services:',
      `  web:\n    image: node:20\n    command: [node, -e, ${JSON.stringify(server)}]\n    init: true\n    environment: { VERSION: "${version}" }\n    stop_grace_period: 5s\n    healthcheck: { test: [CMD, wget, -qO-, "http://127.0.0.1:3000/"], interval: 1s, timeout: 10s, retries: 10 }`,
      `  worker:\n    image: busybox:1.35\n    command: [sleep, "3600"]\n${idle}`,
      `  built:\n    build: .\n    command: [sleep, "3600"]\n${idle}`,
      '  tool: { image: "busybox:1.35", profiles: [tools], command: [echo, a tool] }',
      '',
    ].join('\n'),
    Dockerfile: `FROM busybox:1.35\nLABEL version=${version}\n`,
  };
}

async function deployed(stage: Stage, port: number): Promise<void> {
  stage.owns(compose);
  await deploy(stage, port, 'v1');
}

async function deploy(stage: Stage, port: number, version: string): Promise<void> {
  await stage.write(application(version, port));
  const ran = await stage.stagecraft(['deploy', '--yes', '--version', version]);
  must(ran.exitCode === 0, `deploy of ${version}: exit code ${ran.exitCode}: ${ran.all}`);
}

async function scaled(stage: Stage, count: number): Promise<void> {
  const ran = await stage.stagecraft(['scale', `web=${count}`]);
  must(ran.exitCode === 0, `scale web=${count}: exit code ${ran.exitCode}: ${ran.all}`);
  const running = (await stage.running(compose, 'web')).length;
  must(running === count, `scale web=${count}: ${running} run`);
}

/** util-linux's `script` gives the command line a terminal. */
function atTerminal(stage: Stage, line: string): Promise<Ran> {
  return stage.run(['script', '-qec', `"${process.execPath}" "${stage.program}" ${line}`, '/dev/null'], { env: { CI: undefined } });
}

async function interrupted(stage: Stage, script: string, times: number): Promise<Ran> {
  const child = stage.begin(['run', 'worker', '--', 'sh', '-c', script]);
  let [stdout, stderr] = ['', ''];
  child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? 137)));
  await until('the one-off to begin', () => Promise.resolve(stdout.includes('begun') || child.exitCode !== null));
  for (let time = 0; time < times; time += 1) {
    child.kill('SIGINT');
    await delay(100);
  }
  return { exitCode: await ended, stdout, stderr, all: `${stdout}${stderr}` };
}

/** Watches while a container is stopped and started by hand. */
async function watched(stage: Stage): Promise<string> {
  const [id = ''] = await stage.running(compose, 'worker');
  const child = stage.begin(['status', '--watch', '--interval', '200ms', '--json']);
  let text = '';
  child.stdout?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const ended = new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? 137)));
  const looks = (): readonly boolean[] => text.split('\n').slice(0, -1).map((line) => (JSON.parse(line) as { healthy: boolean }).healthy);
  const seen = (healthy: boolean): Promise<void> => until(`a look that is ${healthy ? 'healthy' : 'not healthy'}`, () => Promise.resolve(looks().at(-1) === healthy));
  await seen(true);
  await stage.docker(['stop', '-t', '0', id]);
  await seen(false);
  await stage.docker(['start', id]);
  await seen(true);
  child.kill('SIGINT');
  const code = await ended;
  must(code === 0, `status --watch ended with ${code}`);
  return `watched ${looks().length} looks: healthy, not healthy, healthy, exit code 0`;
}

async function oneOffs(stage: Stage): Promise<readonly string[]> {
  return (await stage.docker(['ps', '-a', '--format', '{{.Names}}', '--filter', 'label=stagecraft.run', '--filter', `label=stagecraft.project=${project}`])).split('\n').filter((name) => name !== '');
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 120_000; !(await holds()); await delay(50)) must(Date.now() < end, `waited two minutes for ${what}`);
}
