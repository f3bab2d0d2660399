import { setTimeout as wait } from 'node:timers/promises';
import { must, type Point } from '../point.js';
import type { Stage } from '../stage.js';
import { answerOf, onStage, ran, wordService } from './sub-stage.js';

const page = '<!doctype html><p>back at noon</p>';

export const maintenance: readonly Point[] = [
  {
    title: 'maintenance answers at the proxy, over a deploy and a restart, for one environment alone',
    async prove(outer) {
      const shown: string[] = [];
      for (const provider of ['traefik', 'haproxy']) shown.push(`${provider}: ${await onStage(outer, provider, (here) => story(here, provider))}`);
      return shown.join('; ');
    },
  },
];

async function story(here: Stage, provider: string): Promise<string> {
  const port = await here.freePort();
  const url = `http://127.0.0.1:${port}/`;
  for (const environment of ['prod', 'staging']) here.owns(`upkeep-${environment}`);
  const route = (host: string): string => `driver: local, routes: [{ host: ${host}, service: web, port: 8000 }]`;
  await here.write({
    'stagecraft.yml': `version: 1\nproject: { name: upkeep }\nproxy: { provider: ${provider}, listen: { http: ${port} } }\nenvironments:\n  prod: { ${route('prod.test')} }\n  staging: { ${route('staging.test')} }\n`,
    'docker-compose.yml': `services:\n${wordService('web', 'one')}`,
    'page.html': page,
  });
  const prod = (): ReturnType<typeof answerOf> => answerOf(url, 'prod.test');
  const closed = async (when: string): Promise<void> => {
    const { status, retryAfter, text } = await prod();
    must(status === 503 && retryAfter === '600' && text === page, `${when} prod answers ${status}, Retry-After ${retryAfter}: ${text.slice(0, 200)}`);
    const other = await answerOf(url, 'staging.test');
    must(other.status === 200 && other.text === 'one', `${when} staging answers ${other.status}: ${other.text.slice(0, 200)}`);
  };
  await ran(here, 0, 'deploy', '--yes', '--env', 'prod');
  await ran(here, 0, 'deploy', '--yes', '--env', 'staging');
  await ran(here, 0, 'maintenance', 'on', '--env', 'prod', '--page', 'page.html', '--retry-after', '10m');
  await closed('after `on`');
  must((await ran(here, 0, 'maintenance', 'on', '--env', 'prod', '--page', 'page.html', '--retry-after', '10m', '--json')).stdout.includes('"unchanged"'), 'a second `on` is not unchanged');
  await here.write({ 'docker-compose.yml': `services:\n${wordService('web', 'two')}` });
  const deployed = await ran(here, 0, 'deploy', '--yes', '--env', 'prod');
  must(deployed.all.includes('SC4224') || deployed.all.includes('under maintenance'), `the deploy does not tell of it: ${deployed.all.slice(-800)}`);
  await closed('after a deploy below it');
  const [proxy = ''] = (await here.docker(['ps', '-q', '--filter', `publish=${port}`])).split('\n');
  await here.docker(['kill', '-s', 'KILL', proxy]);
  await here.docker(['start', proxy]);
  for (let tries = 0; tries < 150 && (await prod()).status !== 503; tries += 1) await wait(100);
  for (let tries = 0; tries < 150 && (await answerOf(url, 'staging.test')).status !== 200; tries += 1) await wait(100);
  await closed('after the proxy was killed and started');
  const begun = Date.now();
  await ran(here, 0, 'maintenance', 'off', '--env', 'prod');
  const { status, text } = await prod();
  must(status === 200 && text === 'two', `after \`off\` prod answers ${status}: ${text.slice(0, 200)}`);
  return `503, Retry-After 600 and the page, staging served; open again in ${((Date.now() - begun) / 1000).toFixed(1)} s with the release that was deployed meanwhile`;
}
