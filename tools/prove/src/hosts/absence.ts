import { setTimeout as sleep } from 'node:timers/promises';
import type { TestHost } from '@stagecraft-tools/hosts';
import { must, type Point } from '../point.js';
import { onThreeHosts, type HostsScene } from './scene.js';
import { allSay, oneHistory, updating } from './story.js';

/** Hosts, and operators, that are not there for a while. */
export const absence: readonly Point[] = [
  {
    title: 'a host is cut off in mid-rollout: the others return, exit 5 says what is owed, and it is paid when the host is back',
    prove: (stage) =>
      onThreeHosts(stage, 'a host is cut off', async (scene) => {
        await scene.says('one');
        await scene.stagecraft([0], 'deploy', '--yes');
        // Without the anchor, which holds the decision, nothing moves; that is another story.
        const anchor = await anchorOf(scene);
        const second = scene.hosts.filter((host) => host !== scene.hosts[0] && host !== anchor)[0];
        const running = await updating(stage, scene, second, 'start');
        must(second, 'three hosts');
        await second.cut();
        const cutAt = Date.now();
        const code = await running.ended;
        const seconds = Math.round((Date.now() - cutAt) / 1000);
        must(code === 5, `exit code ${code} after ${seconds} s: ${running.printed().slice(-2000)}`);
        // The time that the config gives it, the way back of the others, and no other long wait.
        must(seconds <= 30, `it took ${seconds} s: ${running.printed().slice(-2000)}`);
        must(running.printed().includes(second.address), `it does not name the host: ${running.printed().slice(-1500)}`);
        const others = (await scene.answers()).filter((_, index) => scene.hosts[index] !== second);
        must(others.every((answer) => answer === 'one'), `the others say ${others.join(', ')} after exit code 5 and ${seconds} s: ${running.printed().slice(-1500)}`);
        const plain = await scene.stagecraft([2], 'deploy', '--yes');
        const away = await scene.stagecraft([5], 'deploy', '--abort', '--yes');
        must(away.all.includes(second.address), `--abort without the host: ${away.all.slice(-800)}`);
        const asked = await withoutOne(scene, second);
        await second.mend();
        await sleep(500);
        await scene.stagecraft([0], 'deploy', '--abort', '--yes');
        await allSay(scene, 'one');
        const outcomes = await oneHistory(scene);
        await scene.stagecraft([0], 'deploy', '--yes');
        await allSay(scene, 'two');
        return `exit 5 after ${seconds} s, the others serve the old release; a deploy meanwhile: exit ${plain.exitCode}; --abort without it: exit 5; ${asked}; back: --abort exit 0, one history (${outcomes.join(', ')}), and the next deploy completes`;
      }),
  },
  {
    title: 'a host never comes back: forgotten, deploys go on; when it is there again it is left out until it is adopted',
    prove: (stage) =>
      onThreeHosts(stage, 'a host never comes back', async (scene) => {
        await scene.says('one');
        await scene.stagecraft([0], 'deploy', '--yes');
        // The anchor itself: what is undecided can be closed by nobody else.
        const lost = await anchorOf(scene);
        must(lost, 'three hosts');
        const others = scene.hosts.filter((host) => host !== lost);
        const running = await updating(stage, scene, others[0], 'gate');
        await lost.cut();
        const code = await running.ended;
        must(code === 5, `exit code ${code}: ${running.printed().slice(-2000)}`);
        const unasked = await scene.stagecraft([1], 'hosts', 'forget', lost.address);
        must(/type its name/.test(unasked.all), `forget without --yes: ${unasked.all.slice(-800)}`);
        const forgotten = await scene.stagecraft([0], 'hosts', 'forget', lost.address, '--yes');
        must(/is closed without it: returned/.test(forgotten.all), `forget: ${forgotten.all.slice(-800)}`);
        const says = async (...hosts: readonly TestHost[]): Promise<string> => [...new Set((await scene.answers()).filter((_, index) => hosts.some((host) => host === scene.hosts[index])))].join();
        must((await says(...others)) === 'one', `the others say ${await says(...others)} after it was forgotten`);
        await scene.stagecraft([0], 'deploy', '--yes');
        must((await says(...others)) === 'two', `the others say ${await says(...others)} after the next deploy`);
        await lost.mend();
        await sleep(500);
        await scene.says('three');
        const third = await scene.stagecraft([0], 'deploy', '--yes');
        must(third.all.includes(`stagecraft hosts adopt ${lost.address}`), `a deploy while it is back: ${third.all.slice(-800)}`);
        // It may have been updated before it was cut off; nothing was done with it since.
        const there = await says(lost);
        must((await says(...others)) === 'three' && /^(one|two)$/.test(there), `${await says(...others)} on the others, ${there} on the host that was forgotten`);
        const status = await scene.stagecraft([20], 'status', '--detailed-exitcode');
        must(/forgotten and answers again/.test(status.all), `status: ${status.all.slice(-800)}`);
        const adopted = await scene.stagecraft([0], 'hosts', 'adopt', lost.address, '--yes');
        await scene.stagecraft([0], 'deploy', '--yes');
        await allSay(scene, 'three');
        // To a release that the host never had.
        await scene.stagecraft([0], 'rollback', '--yes');
        await allSay(scene, 'three');
        return `the anchor cut off: exit 5; forgotten: the others are back on the old release; the next two deploys go on without it; back: left out (it says ${there}) and drift; adopted (${/(\d+ releases) copied/.exec(adopted.all)?.[1]}), the next deploy and a rollback are on all three`;
      }),
  },
  {
    title: 'an operator is stopped in mid-rollout and taken over; when it comes back it exits 6 and writes nothing',
    prove: (stage) =>
      onThreeHosts(stage, 'an operator is stopped', async (scene) => {
        await scene.says('one');
        await scene.stagecraft([0], 'deploy', '--yes');
        const running = await updating(stage, scene, scene.hosts[1], 'gate');
        running.kill('SIGSTOP');
        const refused = await scene.stagecraft([6], 'deploy', '--resume', '--yes');
        const session = /lock take --id ([\w-]+)/.exec(refused.all)?.[1];
        must(session !== undefined, `--resume names no session: ${refused.all.slice(-800)}`);
        await scene.stagecraft([0], 'lock', 'take', '--id', session, '--yes');
        await scene.stagecraft([0], 'deploy', '--resume', '--yes');
        await allSay(scene, 'two');
        const journals = (): Promise<readonly string[]> => Promise.all(scene.hosts.map((host) => host.must(['sh', '-c', 'cat /root/.stagecraft/fleet/prod/journal.ndjson'])));
        const before = await journals();
        running.kill('SIGCONT');
        const code = await running.ended;
        must(code === 6, `exit code ${code}: ${running.printed().slice(-2000)}`);
        must(JSON.stringify(await journals()) === JSON.stringify(before), 'it wrote into a journal after it was taken over');
        await allSay(scene, 'two');
        await oneHistory(scene, ['completed', 'completed']);
        return 'taken over and resumed to exit 0; the first operator: exit 6, the journals of all three as they were';
      }),
  },
];

/** What only reads answers by the hosts that are there, names the one that is not, and does not wait for it any longer than for a connection. */
async function withoutOne(scene: HostsScene, lost: TestHost): Promise<string> {
  const took: number[] = [];
  for (const [code, ...args] of [[10, 'status'], [10, 'lock', 'status'], [10, 'state', 'pull'], [10, 'logs', '--tail', '5'], [0, 'releases', 'list'], [0, 'history']] as const) {
    const begun = Date.now();
    const { all } = await scene.stagecraft([code], ...args);
    must(all.includes(lost.address), `${args.join(' ')} does not name the host that is away: ${all.slice(-800)}`);
    took.push(Date.now() - begun);
  }
  const slowest = Math.round(Math.max(...took) / 1000);
  must(slowest <= 20, `a command that reads took ${slowest} s`);
  return `status, lock status, state pull and logs exit 10, releases and history exit 0, all name it, ${slowest} s at most`;
}

/** The first of the hosts in the order of their identities. */
async function anchorOf({ hosts }: HostsScene): Promise<TestHost | undefined> {
  const known = await Promise.all(hosts.map(async (host) => ({ host, identity: (JSON.parse(await host.must(['cat', '/root/.stagecraft/host.json'])) as { readonly identity: string }).identity })));
  return known.sort((a, b) => (a.identity < b.identity ? -1 : 1))[0]?.host;
}
