import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestHost } from '@stagecraft-tools/hosts';
import { must, type Point } from '../point.js';
import type { Ran, Stage } from '../stage.js';
import { onHosts, type HostsScene } from './scene.js';
import { begin } from './story.js';

const token = 'canary-4711';
const tokenSum = createHash('sha256').update(token).digest('hex');

/** What goes to one host, and what goes to all, besides releases. */
export const commands: Point = {
  title: 'commands over SSH: ssh, exec and run with a terminal, signals and secrets; scale, maintenance, the proxy and prune on every host',
  prove: (stage) =>
    onHosts(2, stage, 'commands', async (scene) => {
      const [one, two] = scene.hosts as readonly [TestHost, TestHost];
      await stage.write({ 'docker-compose.yml': application, '.env': `TOKEN=${token}\n` });
      await scene.stagecraft([0], 'deploy', '--yes');
      await logins(stage, scene, two);
      await inContainers(stage, scene, two);
      await signals(stage, scene, two);

      await scene.stagecraft([0], 'scale', 'web=2', '--yes');
      for (const host of scene.hosts) must((await webs(host)).length === 2, `after scale web=2 ${host.address} runs ${(await webs(host)).length}`);
      await scene.stagecraft([0], 'maintenance', 'on');
      must((await codes(scene)).join() === '503,503', `under maintenance the hosts answer ${(await codes(scene)).join()}`);
      await scene.stagecraft([0], 'maintenance', 'off');
      must((await codes(scene)).join() === '200,200', `after it the hosts answer ${(await codes(scene)).join()}`);
      const before = await Promise.all(scene.hosts.map(proxyOf));
      const upgraded = await scene.stagecraft([0], 'proxy', 'upgrade', '--force', '--yes');
      const after = await Promise.all(scene.hosts.map(proxyOf));
      must(after.every((id, at) => id !== '' && id !== before[at]) && (await codes(scene)).join() === '200,200', `proxy upgrade: ${upgraded.all}`);
      const { hosts: proxies } = JSON.parse((await scene.stagecraft([0], 'proxy', 'status', '--json')).stdout) as { readonly hosts: readonly { readonly host: string; readonly state: string }[] };
      must(proxies.map(({ host, state }) => `${host} ${state}`).join() === scene.hosts.map((host) => `${host.address} running`).join(), `proxy status: ${JSON.stringify(proxies)}`);

      await stage.write({ 'docker-compose.yml': application.replace('echo one', 'echo two') });
      await scene.stagecraft([0], 'deploy', '--yes');
      const pruned = JSON.parse((await scene.stagecraft([0], 'prune', '--keep', '1', '--yes', '--json')).stdout) as { readonly hosts: readonly { readonly host: string; readonly bytes: number }[] };
      const left = await Promise.all(scene.hosts.map(async (host) => (await host.must(['ls', '/root/.stagecraft/fleet/prod/releases'])).trim()));
      must(pruned.hosts.length === 2 && pruned.hosts.every(({ bytes }) => bytes > 0) && left[0] === left[1], `prune: ${JSON.stringify(pruned.hosts)}; the hosts have\n${left.join('\n--\n')}`);
      must(/nothing to remove/.test((await scene.stagecraft([0], 'prune', '--keep', '1', '--yes')).all), 'a second prune finds something');
      return `a login, its exit code and a terminal; exec and run on the host that is named, and told where it is not; secrets in no argv, Ctrl-C to the program (9), a broken connection 255 and nothing left; two of each on ${one.address} and ${two.address}, 503 and 200 on both, both proxies made anew, pruned to the same on both`;
    }),
};

async function logins(stage: Stage, scene: HostsScene, two: TestHost): Promise<void> {
  const several = await scene.stagecraft([1], 'ssh');
  must(several.all.includes('SC5152') && scene.hosts.every((host) => several.all.includes(`stagecraft ssh ${host.address}`)), `ssh without a host: ${several.all}`);
  const name = (await two.must(['hostname'])).trim();
  const ran = await scene.stagecraft([7], 'ssh', two.address, '--', 'hostname; exit 7');
  must(ran.stdout === `${name}\n`, `ssh: ${ran.all}`);
  const at = await atTerminal(stage, scene, `ssh ${two.address} -- 'test -t 0 && test -t 1 && tty; exit 5'`);
  must(at.exitCode === 5 && /\/dev\/pts\/\d/.test(at.stdout), `ssh at a terminal: exit code ${at.exitCode}: ${at.all}`);
}

async function inContainers(stage: Stage, scene: HostsScene, two: TestHost): Promise<void> {
  const [first] = scene.hosts.map((host) => host.address);
  const unnamed = await scene.stagecraft([4], 'exec', 'web', '--', 'sh', '-c', 'exit 4');
  must(unnamed.stderr.includes(`on ${first ?? ''} (another: --host NAME)`), `exec does not say which it chose: ${unnamed.all}`);
  const id = (await webs(two))[0] ?? '';
  must((await scene.stagecraft([0], 'exec', 'web', '--host', two.address, '--', 'hostname')).stdout.trim() === id.slice(0, 12), 'exec --host goes to another host');
  for (const [command, code] of [['exec', 5], ['run', 6]] as const) {
    const at = await atTerminal(stage, scene, `${command} web -- sh -c "test -t 0 && test -t 1 && echo terminal; exit ${code}"`);
    must(at.exitCode === code && at.stdout.includes('terminal'), `${command} at a terminal: exit code ${at.exitCode}: ${at.all}`);
  }
  must((await scene.stagecraft([0], 'run', 'web', '--', 'sh', '-c', 'printf %s "$TOKEN" | sha256sum')).stdout.includes(tokenSum), 'a one-off does not have the value of the release');
  const name = (await scene.stagecraft([0], 'run', 'web', '--host', two.address, '--detach', '--', 'sleep', '2')).stdout.trim();
  must((await two.must(['docker', 'ps', '--format', '{{.Names}}'])).includes(name), `a detached one-off is not on ${two.address}`);
}

async function signals(stage: Stage, scene: HostsScene, two: TestHost): Promise<void> {
  const run = (script: string): ReturnType<typeof begin> => begin(stage, scene, ['run', 'web', '--host', two.address, '--', 'sh', '-c', script]);
  const once = run('trap "echo heard; exit 9" INT; echo begun; while :; do sleep 0.1; done');
  await once.seen(/begun/);
  const there = await two.must(['sh', '-c', 'cat /proc/[0-9]*/cmdline 2>/dev/null | tr "\\0" " "']);
  const here = (await stage.run(['sh', '-c', 'cat /proc/[0-9]*/cmdline 2>/dev/null | tr "\\0" " "'])).stdout;
  must(there.includes('compose') && !there.includes(token) && !here.includes(token), 'a value stands in the arguments of a process');
  once.kill('SIGINT');
  must((await once.ended) === 9 && once.printed().includes('heard'), `Ctrl-C: exit code ${await once.ended}: ${once.printed()}`);
  const broken = run('echo begun; sleep 300');
  await broken.seen(/begun/);
  await two.must(['pkill', '-KILL', '-f', 'sshd: root@notty']);
  must((await broken.ended) === 255, `a broken connection: exit code ${await broken.ended}: ${broken.printed()}`);
  // The detached one ends by itself.
  const left = (): Promise<string> => two.must(['docker', 'ps', '-a', '--format', '{{.Names}}', '--filter', 'label=stagecraft.run']);
  for (const until = Date.now() + 15_000; (await left()).trim() !== ''; await sleep(300)) must(Date.now() < until, `one-offs are left: ${await left()}`);
}

/** util-linux's `script` gives the command line a terminal. */
function atTerminal(stage: Stage, scene: HostsScene, line: string): Promise<Ran> {
  return stage.run(['script', '-qec', `"${process.execPath}" "${stage.program}" ${line}`, '/dev/null'], { env: { ...scene.env, CI: undefined } });
}

async function webs(host: TestHost): Promise<readonly string[]> {
  return (await host.must(['docker', 'ps', '-q', '--no-trunc', '--filter', 'label=com.docker.compose.project=fleet-prod', '--filter', 'label=com.docker.compose.service=web'])).split('\n').filter((id) => id !== '');
}

async function proxyOf(host: TestHost): Promise<string> {
  return (await host.must(['docker', 'ps', '-q', '--no-trunc', '--filter', 'name=^stagecraft-proxy$'])).trim();
}

function codes(scene: HostsScene): Promise<readonly number[]> {
  return Promise.all(scene.hosts.map((host) => fetch(`http://${host.address}:8080/`, { signal: AbortSignal.timeout(3_000) }).then(({ status }) => status, () => 0)));
}

const application = [
  'services:',
  '  web:',
  '    image: busybox:1.35',
  '    init: true',
  '    environment: { TOKEN: "${TOKEN}" }',
  '    command: [sh, -c, "mkdir -p /www && echo one >/www/index.html && exec httpd -f -p 8000 -h /www"]',
  '    healthcheck: { test: [CMD, wget, -q, -O, /dev/null, "http://127.0.0.1:8000/"], interval: 500ms, retries: 20 }',
  '    stop_grace_period: 1s',
  '',
].join('\n');
