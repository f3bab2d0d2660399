import { spawn } from 'node:child_process';
import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { must, type Point } from '../point.js';
import { checkout, type Stage } from '../stage.js';
import { multiHost } from './multi-host.js';
import { onThreeHosts, type HostsScene } from './scene.js';

const cli = join(checkout, 'packages/cli/bin/run.js');

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
        await scene.says('two');
        const second = scene.hosts[1];
        must(second, 'three hosts');
        const running = begin(stage, scene, ['deploy', '--yes', '--json-events']);
        await running.seen(new RegExp(`"id":"${second.address}/web/start"[^\\n]*"status":"running"`));
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
    title: 'an operator dies in mid-rollout: from another machine the lock is taken and the release completed',
    prove: (stage) =>
      onThreeHosts(stage, 'an operator dies', async (scene) => {
        await scene.says('one');
        await scene.stagecraft([0], 'deploy', '--yes');
        await scene.says('two');
        const running = begin(stage, scene, ['deploy', '--yes', '--json-events']);
        await running.seen(new RegExp(`"id":"${scene.hosts[1]?.address}/web/gate"[^\\n]*"status":"running"`));
        running.kill();
        await running.ended;
        // Another machine: another name, other processes, an empty `.stagecraft`.
        const elsewhere = join(stage.folder, 'elsewhere');
        await mkdir(elsewhere);
        for (const name of ['stagecraft.yml', 'docker-compose.yml']) await cp(join(stage.folder, name), join(elsewhere, name));
        const there = (...args: readonly string[]): ReturnType<Stage['run']> => stage.run(['unshare', '--uts', '--pid', '--fork', '--mount-proc', 'sh', '-c', 'hostname elsewhere && exec "$@"', 'sh', process.execPath, cli, ...args], { cwd: elsewhere, env: scene.env });
        const refused = await there('deploy', '--resume', '--yes');
        const session = /lock take --id ([\w-]+)/.exec(refused.all)?.[1];
        must(refused.exitCode === 6 && session !== undefined, `resume from elsewhere: exit code ${refused.exitCode}: ${refused.all.slice(-800)}`);
        const taken = await there('lock', 'take', '--id', session, '--yes');
        must(taken.exitCode === 0, `lock take: exit code ${taken.exitCode}: ${taken.all.slice(-800)}`);
        const resumed = await there('deploy', '--resume', '--yes');
        must(resumed.exitCode === 0, `resume: exit code ${resumed.exitCode}: ${resumed.all.slice(-800)}`);
        await allSay(scene, 'two');
        await oneHistory(scene, ['completed', 'completed']);
        return 'exit 6 with the session to take, taken, resumed to exit 0; all three serve the new release, one history';
      }),
  },
];

async function allSay(scene: HostsScene, word: string): Promise<void> {
  const answers = await scene.answers();
  must(answers.every((answer) => answer === word), `the hosts say ${answers.join(', ')}, not ${word}`);
}

/** What all hosts say once none is starting any more. */
async function steady(scene: HostsScene): Promise<readonly string[]> {
  let answers = await scene.answers();
  for (const until = Date.now() + 60_000; Date.now() < until && answers.some((answer) => !/^(one|two)$/.test(answer)); answers = await scene.answers()) await sleep(500);
  return answers;
}

/** Every host has the same closed records, oldest first. @returns their outcomes. */
async function oneHistory(scene: HostsScene, wanted?: readonly string[]): Promise<readonly string[]> {
  const histories = await Promise.all(
    scene.hosts.map(async (host) => {
      const text = await host.must(['sh', '-c', 'set -e; cd "$1"; for id in *; do printf "%s %s\\n" "$id" "$(sed -n \'s/.*"outcome":"\\([a-z]*\\)".*/\\1/p\' "$id/release.json")"; done; ls ../open.json 2>/dev/null || :', 'sh', '/root/.stagecraft/fleet/prod/releases']);
      return text.trim();
    }),
  );
  must(new Set(histories).size === 1, `the hosts have other histories:\n${histories.join('\n--\n')}`);
  const outcomes = (histories[0] ?? '').split('\n').map((line) => line.split(' ')[1] ?? line);
  must(wanted === undefined || outcomes.join() === wanted.join(), `the history is ${outcomes.join(', ')}`);
  return outcomes;
}

interface Begun {
  /** Waits until it has printed this. */
  seen(pattern: RegExp): Promise<void>;
  printed(): string;
  kill(): void;
  readonly ended: Promise<number>;
}

function begin(stage: Stage, scene: HostsScene, args: readonly string[]): Begun {
  const child = spawn(process.execPath, [cli, ...args], { cwd: stage.folder, env: { ...stage.env, ...scene.env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  child.stdout.on('data', (part: Buffer) => (text += part.toString()));
  child.stderr.on('data', (part: Buffer) => (text += part.toString()));
  const ended = new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? 137)));
  return {
    printed: () => text,
    kill: () => child.kill('SIGKILL'),
    ended,
    async seen(pattern) {
      for (const until = Date.now() + 120_000; !pattern.test(text); await sleep(20)) must(child.exitCode === null && Date.now() < until, `${String(pattern)} did not come: ${text.slice(-1500)}`);
    },
  };
}
