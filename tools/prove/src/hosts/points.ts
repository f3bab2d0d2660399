import { cp, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { must, type Point } from '../point.js';
import { onThreeHosts } from './scene.js';
import { absence } from './absence.js';
import { campaignPoint } from './campaign/point.js';
import { carried } from './carried.js';
import { commands } from './commands.js';
import { logsOverSsh } from './logs.js';
import { multiHost } from './multi-host.js';
import { people } from './people.js';
import { registry } from './registry.js';
import { setUp } from './set-up.js';
import { allSay, elsewhere, oneHistory, steady, updating } from './story.js';

/** What many hosts over SSH can do today. */
export const hostsPoints: readonly Point[] = [
  multiHost,
  {
    title: 'three hosts over SSH: deployed, updated and rolled back as one release, under load',
    prove: (stage) =>
      onThreeHosts(stage, 'one release', async (scene) => {
        await scene.says('one');
        const first = await scene.stagecraft([0], 'deploy', '--yes');
        await allSay(scene, 'one');
        const load = await scene.load();
        await scene.says('two');
        await scene.stagecraft([0], 'deploy', '--yes');
        await allSay(scene, 'two');
        await scene.stagecraft([0], 'rollback', '--yes');
        await allSay(scene, 'one');
        const { sent, lost, kinds } = await load.stop();
        must(lost === 0, `${lost} of ${sent} requests were lost: ${kinds}`);
        await oneHistory(scene, ['completed', 'completed', 'completed']);
        const again = await scene.stagecraft([0], 'deploy', '--yes');
        must(/completed/.test(first.all) && !/nothing to do/.test(again.all), 'after a rollback the project is another than what serves');
        const none = await scene.stagecraft([0], 'deploy', '--yes');
        must(/nothing to do/i.test(none.all), `a deploy that changes nothing: ${none.all.slice(-800)}`);
        const status = JSON.parse((await scene.stagecraft([0], 'status', '--json')).stdout) as { readonly healthy: boolean; readonly hosts: readonly { readonly services: readonly { readonly health: string }[] }[] };
        must(status.healthy && status.hosts.length === 3 && status.hosts.every(({ services }) => services[0]?.health === 'healthy'), `status: ${JSON.stringify(status).slice(0, 800)}`);
        return `${sent} requests to 3 hosts over an update and a rollback, ${lost} lost; one history on all three, status healthy`;
      }),
  },
  {
    title: 'the engine of one host of three is killed in mid-rollout: every host comes to the same release',
    prove: (stage) =>
      onThreeHosts(stage, 'an engine dies', async (scene) => {
        await scene.says('one');
        await scene.stagecraft([0], 'deploy', '--yes');
        const second = scene.hosts[1];
        const running = await updating(stage, scene, second, 'start');
        must(second, 'three hosts');
        await second.engine.kill();
        const code = await running.ended;
        must([0, 4, 5].includes(code), `exit code ${code}: ${running.printed().slice(-1500)}`);
        await second.engine.ready();
        const resumed = code === 5 ? await scene.stagecraft([0, 4], 'deploy', '--resume', '--yes') : undefined;
        const serving = new Set(await steady(scene));
        must(serving.size === 1, `the hosts say ${[...serving].join(', ')}`);
        const outcomes = await oneHistory(scene);
        return `exit ${code}${resumed ? `, --resume exit ${resumed.exitCode}` : ''}; all three serve ${[...serving].join()}, one history (${outcomes.join(', ')})`;
      }),
  },
  {
    title: 'an operator dies in mid-rollout: from an empty folder elsewhere the state is pulled, the lock taken, the release completed',
    prove: (stage) =>
      onThreeHosts(stage, 'an operator dies', async (scene) => {
        await scene.says('one');
        await scene.stagecraft([0], 'deploy', '--yes');
        const running = await updating(stage, scene, scene.hosts[1], 'gate');
        running.kill();
        await running.ended;
        // Another machine: another name, other processes, an empty `.stagecraft`.
        const folder = join(stage.folder, 'elsewhere');
        await mkdir(folder);
        for (const name of ['stagecraft.yml', 'docker-compose.yml']) await cp(join(stage.folder, name), join(folder, name));
        const there = (...args: readonly string[]): ReturnType<typeof elsewhere> => elsewhere(stage, scene, folder, ...args);
        const refused = await there('deploy', '--resume', '--yes');
        must(refused.exitCode === 6, `resume from elsewhere: exit code ${refused.exitCode}: ${refused.all.slice(-800)}`);
        const pulled = await there('state', 'pull', 'prod');
        const session = /Run: stagecraft lock take --id ([\w-]+)/.exec(pulled.all)?.[1];
        must(pulled.exitCode === 0 && session !== undefined && /Run: stagecraft deploy --resume/.test(pulled.all), `state pull: exit code ${pulled.exitCode}: ${pulled.all.slice(-1500)}`);
        const cache = JSON.parse(await readFile(join(folder, '.stagecraft/releases.json'), 'utf8')) as { readonly releases: readonly { readonly outcome: string }[] };
        must(cache.releases.map(({ outcome }) => outcome).join() === 'open,completed', `the copy has ${JSON.stringify(cache).slice(0, 500)}`);
        const taken = await there('lock', 'take', '--id', session, '--yes');
        must(taken.exitCode === 0, `lock take: exit code ${taken.exitCode}: ${taken.all.slice(-800)}`);
        const resumed = await there('deploy', '--resume', '--yes');
        must(resumed.exitCode === 0, `resume: exit code ${resumed.exitCode}: ${resumed.all.slice(-800)}`);
        await allSay(scene, 'two');
        await oneHistory(scene, ['completed', 'completed']);
        return 'from an empty folder: state pull tells both releases, the holder and what to run; taken, resumed to exit 0; all three serve the new release, one history';
      }),
  },
  ...absence,
  ...carried,
  registry,
  commands,
  logsOverSsh,
  setUp,
  people,
  campaignPoint,
];
