import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestHost } from '@stagecraft-tools/hosts';
import { must, type Point } from '../point.js';
import { checkout, type Ran } from '../stage.js';
import { loads, onThreeHosts } from './scene.js';

const example = join(checkout, 'examples/multi-host');
const images = ['node:20', 'redis:7', 'traefik:v3.7'];

/** The example as it stands, by the command of its README: only the addresses are those of the test hosts. */
export const multiHost: Point = {
  title: 'examples/multi-host: web on two hosts, database on the third: deployed, updated and rolled back under load',
  prove: (stage) =>
    onThreeHosts(
      stage,
      'multi-host',
      async ({ hosts, env: reach }) => {
        const [web1, web2, db1] = hosts as readonly [TestHost, TestHost, TestHost];
        await cp(example, stage.folder, { recursive: true });
        const env = { ...reach, DEPLOY_USER: 'root', WEB_1: web1.address, WEB_2: web2.address, DB_1: db1.address, DB_1_PRIVATE: db1.address, DATABASE_PASSWORD: 'a password of the test' };
        const stagecraft = async (codes: readonly number[], args: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<Ran> => {
          const ran = await stage.stagecraft([...args], { env: { ...env, ...more } });
          must(codes.includes(ran.exitCode), `${args.join(' ')}: exit code ${ran.exitCode}, not ${codes.join(' or ')}: ${ran.all.slice(-2500)}`);
          return ran;
        };
        await stagecraft([0], ['deploy', '--env', 'prod', '--yes']);
        await bothServe([web1, web2], '1');
        const placed = await Promise.all(hosts.map(runningOn));
        must(placed.map((names) => names.join(' ')).join(' | ') === 'proxy web | proxy web | db', `the hosts run: ${placed.map((names) => names.join(' ')).join(' | ')}`);
        const database = await idOf(db1, 'db');

        const load = await loads([web1, web2].map(urlOf));
        await stagecraft([0], ['deploy', '--env', 'prod', '--yes'], { VERSION: '2' });
        await bothServe([web1, web2], '2');
        await stagecraft([0], ['rollback', '--env', 'prod', '--yes']);
        await bothServe([web1, web2], '1');
        const { sent, lost, kinds } = await load.stop();
        must(lost === 0, `${lost} of ${sent} requests were lost: ${kinds}`);
        must((await idOf(db1, 'db')) === database, 'the database was replaced');
        const visits = (await askVisits(web1)).visits;
        must(visits > sent, `the database counts ${visits} visits, of ${sent} that were answered and some more`);

        // Its port is there for the other hosts only.
        const ports = await db1.must(['docker', 'port', database]);
        must(ports.trim() === `6379/tcp -> ${db1.address}:6379`, `the database is published at ${ports}`);
        await stagecraft([0], ['deploy', '--env', 'prod', '--yes']);
        const none = await stagecraft([0], ['deploy', '--env', 'prod', '--yes']);
        must(/nothing to do/i.test(none.all), `a deploy that changes nothing: ${none.all.slice(-800)}`);

        // The data would stay behind.
        const config = join(stage.folder, 'stagecraft.yml');
        const text = await readFile(config, 'utf8');
        await writeFile(config, text.replace('user: "${DEPLOY_USER:-deploy}", roles: [web] }\n      db-1', 'private_address: "${WEB_2}", user: "${DEPLOY_USER:-deploy}", roles: [web, data] }\n      db-1').replace('roles: [data]\n', 'roles: [spare]\n'));
        const moved = await stagecraft([1, 2, 3], ['deploy', '--env', 'prod', '--yes']);
        must(/SC2106/.test(moved.all) && /docker-compose\.yml:\d+/.test(moved.all) && /--accept-empty-volume db/.test(moved.all), `a database that would move: ${moved.all.slice(-1500)}`);
        must((await idOf(db1, 'db')) === database, 'the database was moved');
        await bothServe([web1, web2], '1');
        return `${sent} requests to 2 hosts, each written to the database on the third, over an update and a rollback: ${lost} lost, ${visits} counted; a deploy that would leave the data behind ends with exit ${moved.exitCode}, nothing changed`;
      },
      images,
    ),
};

function urlOf(host: TestHost): string {
  return `http://${host.address}/`;
}

async function askVisits(host: TestHost): Promise<{ readonly version: string; readonly visits: number }> {
  const answer = await fetch(urlOf(host), { signal: AbortSignal.timeout(5_000) });
  return (await answer.json()) as { readonly version: string; readonly visits: number };
}

async function bothServe(hosts: readonly TestHost[], version: string): Promise<void> {
  for (const host of hosts) must((await askVisits(host)).version === version, `${host.name} does not serve version ${version}`);
}

async function runningOn(host: TestHost): Promise<readonly string[]> {
  const names = await host.must(['docker', 'ps', '--format', '{{.Label "com.docker.compose.service"}}']);
  return names.trim().split('\n').sort();
}

async function idOf(host: TestHost, service: string): Promise<string> {
  return (await host.must(['docker', 'ps', '-q', '--no-trunc', '--filter', `label=com.docker.compose.service=${service}`])).trim();
}
