import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startLoad, type LoadReport } from '@stagecraft-tools/load';
import { must, type Point } from '../point.js';
import type { Ran, Stage } from '../stage.js';
import { answerOf, underLoad } from './sub-stage.js';

export const severalOnOneEngine: Point = {
  title: 'several on one engine: staging and prod, three projects, one proxy',
  async prove(here, size) {
    const base = `s${here.folder.slice(-6).toLowerCase().replace(/[^a-z0-9]/g, 'x')}`;
    const port = await here.freePort();
    const all: readonly Placed[] = [
      { project: `${base}shop`, env: 'prod', path: '/shop' },
      { project: `${base}shop`, env: 'staging', path: '/stage' },
      { project: `${base}blog`, env: 'prod', path: '/blog' },
      { project: `${base}docs`, env: 'prod', path: '/docs' },
    ];
    for (const { project, env } of all) here.owns(`${project}-${env}`);
    const [shop, , blog] = all as readonly [Placed, Placed, Placed, Placed];

    const write = (version: string): Promise<void[]> => Promise.all(all.map((one) => put(here, one, application(one, all, port, version))));
    const deployAll = async (version: string): Promise<void> => {
      const ran = await Promise.all(all.map(({ project, env }) => stagecraft(here, project, ['deploy', '--env', env, '--version', version, '--yes'])));
      ran.forEach((one, index) => must(one.exitCode === 0, `${all[index]?.project} ${all[index]?.env}: deploy ended with ${one.exitCode}:\n${one.all.slice(-1500)}`));
    };
    await write('v1');
    await deployAll('v1');
    await eachServesItsOwn(all, port);
    const loads = await Promise.all(all.map(({ path }) => startLoad({ url: `http://127.0.0.1:${port}${path}`, fresh: 8, keepAlive: 8, seconds: 600 })));
    const reports: readonly LoadReport[] = await underLoad(loads, async () => {
      for (const version of size === 'full' ? ['v2', 'v3', 'v4'] : ['v2']) {
        await write(version);
        await deployAll(version);
      }
    });
    const [sent, lost] = [reports.reduce((sum, one) => sum + one.sent, 0), reports.reduce((sum, one) => sum + one.lost, 0)];
    must(lost === 0, `${lost} of ${sent} requests were lost: ${JSON.stringify(reports.map((one) => one.lostByKind))}`);
    must(reports.every((one) => Object.keys(one.versions).length > 1), 'not every application changed its version under load');
    await eachServesItsOwn(all, port);
    await nobodyMeets(here, all);
    const volumes = (await here.docker(['volume', 'ls', '--format', '{{.Name}}', '--filter', `name=${base}`])).split('\n').sort();
    must(all.every(({ project, env }) => volumes.includes(`${project}-${env}_data`)), `volumes: ${volumes.join(', ')}`);

    // What would meet is told at its line, and nothing has changed.
    const before = await here.running(`${blog.project}-prod`, 'web');
    const clashes: readonly (readonly [string, Placed, (files: Files) => Files, string])[] = [
      ['volume', blog, changed('docker-compose.yml', 'data: {}', `data: { name: ${shop.project}-prod_data }`), 'docker-compose.yml:12'],
      ['network', blog, changed('docker-compose.yml', 'own: {}', `own: { name: ${shop.project}-prod_own }`), 'docker-compose.yml:13'],
      ['container_name', blog, changed('docker-compose.yml', '    init: true\n', `    container_name: ${shop.project}-prod-web-1-fixed\n`), 'docker-compose.yml:5'],
      ['host port', blog, changed('docker-compose.yml', '    init: true\n', `    ports: ["${port}:3000"]\n`), 'docker-compose.yml:5'],
      ['route', blog, changed('stagecraft.yml', 'path: /blog', 'path: /shop'), 'stagecraft.yml:6'],
      ['compose_project', blog, changed('stagecraft.yml', 'driver: local', `driver: local, compose_project: ${shop.project}-prod`), 'stagecraft.yml:5'],
    ];
    await here.docker(['run', '-d', '--name', `${shop.project}-prod-web-1-fixed`, '--label', `com.docker.compose.project=${shop.project}-prod`, 'busybox:1.35', 'true']);
    for (const [what, placed, change, line] of clashes) {
      await put(here, placed, change(application(placed, all, port, 'v2')));
      const ran = await stagecraft(here, placed.project, ['deploy', '--env', 'prod', '--yes']);
      must(ran.exitCode === 1 && ran.all.includes(line), `the clash of a ${what} was not told at ${line} (exit ${ran.exitCode}):\n${ran.all.slice(-1500)}`);
    }
    must((await here.running(`${blog.project}-prod`, 'web')).join() === before.join(), 'a refused deploy changed something');
    return `4 environments of 3 projects, deployed at once ${size === 'full' ? 4 : 2} times behind one proxy, each on networks and a volume of its own, ${sent} requests, ${lost} lost; ${clashes.length} clashes (${clashes.map(([what]) => what).join(', ')}) told at file:line, nothing changed`;
  },
};

interface Placed {
  readonly project: string;
  readonly env: string;
  readonly path: string;
}

type Files = Readonly<Record<string, string>>;

function changed(file: string, from: string, to: string): (files: Files) => Files {
  return (files) => ({ ...files, [file]: (files[file] ?? '').replace(from, to) });
}

function stagecraft(here: Stage, project: string, args: readonly string[]): Promise<Ran> {
  return here.run([process.execPath, here.program, ...args], { cwd: join(here.folder, project) });
}

async function put(here: Stage, { project }: Placed, files: Files): Promise<void> {
  await mkdir(join(here.folder, project), { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(here.folder, project, name), text);
}

async function eachServesItsOwn(all: readonly Placed[], port: number): Promise<void> {
  for (const { project, env, path } of all) {
    const { text } = await answerOf(`http://127.0.0.1:${port}${path}`);
    must(text === `${project} ${env}`, `${path} is answered by ${text}, not by ${project} ${env}`);
  }
}

/** No container is in a network that one of another environment is in. */
async function nobodyMeets(here: Stage, all: readonly Placed[]): Promise<void> {
  const owners = new Map<string, string>();
  for (const { project, env } of all) {
    const own = `${project}-${env}`;
    const ids = (await Promise.all(['web', 'store'].map((service) => here.running(own, service)))).flat();
    must(ids.length === 2, `${ids.length} containers of ${own} run`);
    const names = (await here.docker(['inspect', '-f', '{{range $name, $_ := .NetworkSettings.Networks}}{{$name}} {{end}}', ...ids])).split(/\s+/).filter((name) => name !== '');
    for (const name of names) must((owners.get(name) ?? own) === own, `${own} and ${owners.get(name) ?? ''} meet in the network ${name}`);
    for (const name of names) owners.set(name, own);
  }
}

function application({ project }: Placed, all: readonly Placed[], port: number, version: string): Files {
  const environments = all.filter((one) => one.project === project);
  return {
    'server.js': `const app = require('node:http').createServer((_, res) => { res.setHeader('x-version', '${version}'); res.end('${project} ' + process.env.STAGE); });\napp.listen(3000);\nprocess.on('SIGTERM', () => { app.close(() => process.exit(0)); app.closeIdleConnections(); });\n`,
    'docker-compose.yml': `services:
  web:
    image: node:20
    command: [node, /app/server.js]
    init: true
    environment: { STAGE: "\${STAGE}" }
    volumes: ["./server.js:/app/server.js:ro"]
    networks: [default, own]
    healthcheck: { test: [CMD, wget, -qO-, "http://127.0.0.1:3000/"], interval: 500ms, timeout: 5s, retries: 100 }
  store: { image: "busybox:1.35", command: [sleep, "3600"], stop_grace_period: 1s, volumes: ["data:/data"] }
volumes:
  data: {}
networks: { own: {} }
`,
    'stagecraft.yml': `version: 1
project: { name: ${project} }
proxy: { provider: traefik, listen: { http: ${port}, https: ${port + 1} } }
environments:
${environments.map(({ env, path }) => `  ${env}: { driver: local, env: { STAGE: ${env} },\n    routes: [{ path: ${path}, service: web, port: 3000 }] }\n`).join('')}`,
  };
}
