import { must, type Point } from '../point.js';
import type { Stage } from '../stage.js';
import { ran } from './sub-stage.js';

const project = 'keeper-prod';

/** @param command of the store: what it is started with. */
function compose(command: string): string {
  return [
    'services:',
    '  app:',
    '    image: busybox:1.35',
    '    init: true',
    '    command: [sleep, "3600"]',
    '    stop_grace_period: 1s',
    '    healthcheck: { test: [CMD, "true"], interval: 500ms }',
    '    depends_on: [store]',
    '  store:',
    '    image: redis:7',
    `    command: [${command}]`,
    '    volumes: ["store:/data"]',
    '    healthcheck: { test: [CMD, redis-cli, ping], interval: 500ms, retries: 10 }',
    'volumes: { store: {} }',
    '',
  ].join('\n');
}

export const replace: readonly Point[] = [
  {
    title: 'replace a data service: only by its name, rows kept, a broken one comes back',
    async prove(here) {
      here.owns(project);
      await here.write({ 'stagecraft.yml': 'version: 1\nproject: { name: keeper }\nenvironments:\n  prod: { driver: local }\n', 'docker-compose.yml': compose('redis-server, --appendonly, "yes"') });
      await ran(here, 0, 'deploy', '--yes');
      const first = await one(here, 'store');
      const app = await one(here, 'app');
      await redis(here, 'SET', 'row', 'kept');
      await here.write({ 'docker-compose.yml': compose('redis-server, --appendonly, "yes", --maxmemory, 64mb') });
      await ran(here, 0, 'deploy', '--yes');
      must((await one(here, 'store')) === first, 'a deploy replaced the store without being told to');
      const refused = await ran(here, 1, 'deploy', '--yes', '--replace', 'store');
      must(refused.all.includes('--confirm-replace store') && refused.all.includes('app needs it'), `--yes alone is refused with: ${refused.all.slice(-800)}`);
      must((await one(here, 'store')) === first, '--yes alone replaced the store');
      await ran(here, 1, 'deploy', '--yes', '--replace', 'app');
      await ran(here, 0, 'deploy', '--yes', '--replace', 'store', '--confirm-replace', 'store');
      const second = await one(here, 'store');
      must(second !== first, 'the store was not replaced');
      must((await redis(here, 'CONFIG', 'GET', 'maxmemory')).includes('67108864'), 'the store does not run as the files say');
      must((await redis(here, 'GET', 'row')) === 'kept', 'the row is gone');
      must((await one(here, 'app')) === app, 'the application was replaced too');
      await here.write({ 'docker-compose.yml': compose('redis-server, --no-such-option, "1"') });
      await ran(here, 4, 'deploy', '--yes', '--replace', 'store', '--confirm-replace', 'store');
      must((await one(here, 'store')) === second && (await redis(here, 'GET', 'row')) === 'kept', 'the store that served did not come back with its row');
      return '--yes alone: exit 1, untouched; named: another container on the same volume, row kept, dependants untouched; a broken one: exit 4, the old one is back with the row';
    },
  },
];

async function one(here: Stage, service: string): Promise<string> {
  const ids = await here.running(project, service);
  must(ids.length === 1, `${ids.length} containers of ${service} run`);
  return ids[0] ?? '';
}

async function redis(here: Stage, ...command: readonly string[]): Promise<string> {
  return here.docker(['exec', await one(here, 'store'), 'redis-cli', ...command]);
}
