import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { must, type Point } from '../point.js';
import type { Stage } from '../stage.js';
import { answerOf, onStage, ran, wordService } from './sub-stage.js';

const project = 'byhand';

function compose(word: string): string {
  return [
    `name: ${project}`,
    'services:',
    `${wordService('web', word, ['depends_on: [store]'])}  store:`,
    '    image: redis:7',
    '    command: [redis-server, --appendonly, "yes"]',
    '    volumes: ["store:/data"]',
    '    healthcheck: { test: [CMD, redis-cli, ping], interval: 500ms, retries: 10 }',
    'volumes: { store: {} }',
    '',
  ].join('\n');
}

export const adopt: readonly Point[] = [
  { title: 'adopt: a stack that was started by hand goes on as an environment, its data untouched', prove: (outer) => onStage(outer, 'shop', story) },
];

async function story(here: Stage): Promise<string> {
  here.owns(project);
  here.owns('shop-dev');
  const port = await here.freePort();
  await here.write({ 'docker-compose.yml': compose('one') });
  must((await here.run(['docker', 'compose', '--progress', 'quiet', 'up', '-d', '--wait'])).exitCode === 0, 'docker compose up failed');
  const before = await told(here);
  const store = async (...command: readonly string[]): Promise<string> => here.docker(['exec', (await here.running(project, 'store'))[0] ?? '', 'redis-cli', ...command]);
  await store('SET', 'row', 'kept');
  await ran(here, 0, 'init', '--non-interactive');
  const config = `${(await readFile(join(here.folder, 'stagecraft.yml'), 'utf8')).replace(/^environments:/m, 'routes:\n  - { service: web, port: 8000 }\nproxy:\n  listen: { http: PORT }\n\nenvironments:')}`.replace('PORT', String(port));
  await here.write({ 'stagecraft.yml': config });
  must((await ran(here, 0, 'plan', '--refresh')).stdout.includes('attach --adopt'), 'the plan does not name the stack that was started by hand');
  const dry = await ran(here, 0, 'attach', '--adopt', '--dry-run');
  must(dry.stdout.includes(`+     compose_project: ${project}`) && dry.stdout.includes('goes on as it runs'), `the difference is not shown: ${dry.all}`);
  await ran(here, 1, 'attach', '--adopt');
  must((await readFile(join(here.folder, 'stagecraft.yml'), 'utf8')) === config, 'something was written without an answer');
  await ran(here, 0, 'attach', '--adopt', '--yes');
  must((await told(here)) === before, `adopting changed containers: ${before}, then ${await told(here)}`);
  must((await ran(here, 0, 'attach', '--adopt', '--yes', '--json')).stdout.includes('"unchanged"'), 'a second time is not unchanged');
  await here.write({ 'docker-compose.yml': compose('two') });
  await ran(here, 0, 'deploy', '--yes', '--version', 'v1');
  const { status, text } = await answerOf(`http://127.0.0.1:${port}/`);
  must(status === 200 && text === 'two', `after the deploy it answers ${status}: ${text}`);
  must(lineOf(await told(here), 'store') === lineOf(before, 'store'), `the store was touched: ${before}, then ${await told(here)}`);
  must((await store('GET', 'row')) === 'kept', 'the row is gone');
  const webs = (await told(here)).split('\n').filter((line) => line.startsWith('web '));
  must(webs.length === 1 && webs[0] !== lineOf(before, 'web'), `containers of web: ${webs.join(', ')}`);
  await here.write({ 'docker-compose.yml': compose('three') });
  await ran(here, 0, 'deploy', '--yes', '--version', 'v2');
  await ran(here, 0, 'rollback', '--yes');
  must((await answerOf(`http://127.0.0.1:${port}/`)).text === 'two', 'the rollback does not serve what was deployed first');
  must(lineOf(await told(here), 'store') === lineOf(before, 'store'), 'the store was touched later');
  await ran(here, 0, 'status');
  return 'no container touched by adopting; deploy, deploy, rollback: web replaced, the store has its container, start time and row';
}

/** Service, id and start time of every container of the stack, a line each. */
async function told(here: Stage): Promise<string> {
  const ids = (await here.docker(['ps', '-aq', '--filter', `label=com.docker.compose.project=${project}`])).split('\n').filter((id) => id !== '');
  return (await here.docker(['inspect', '-f', '{{index .Config.Labels "com.docker.compose.service"}} {{.Id}} {{.State.StartedAt}}', ...ids])).split('\n').sort().join('\n');
}

function lineOf(text: string, service: string): string {
  return text.split('\n').filter((line) => line.startsWith(`${service} `)).join('\n');
}
