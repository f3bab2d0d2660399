import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestHost } from '@stagecraft-tools/hosts';
import { must, type Point } from '../point.js';
import type { Stage } from '../stage.js';
import { onHosts, type HostsScene } from './scene.js';
import { cli } from './story.js';

/** Lines of each host in one burst: two of them fit into the 8 MB that the engine of a test host keeps of a log. */
const burst = 25_000;

interface Line {
  readonly host: string;
  readonly time: string;
  readonly text: string;
}

/** Every line, once, whatever breaks on the way. */
export const logsOverSsh: Point = {
  title: 'logs over SSH: 100,000 lines of two hosts, each once, over broken connections, a restarted container and a host that is cut off',
  prove: (stage) =>
    onHosts(2, stage, 'logs', async (scene) => {
      const [one, two] = scene.hosts as readonly [TestHost, TestHost];
      await stage.write({ 'docker-compose.yml': talkers, 'stagecraft.yml': `version: 1\nproject: { name: fleet }\nenvironments:\n  prod:\n    driver: ssh\n    hosts: [root@${one.address}, root@${two.address}]\n` });
      await scene.stagecraft([0], 'deploy', '--yes');
      const following = follow(stage, scene);
      await following.has(one.address, 'ready 1');
      await following.has(two.address, 'ready 1');

      for (const host of scene.hosts) await say(host);
      await following.until(() => following.of(two.address).length > 2_000, 'the begin of the burst');
      await two.must(['pkill', '-KILL', '-f', 'sshd: root@notty']);
      for (const host of scene.hosts) await following.has(host.address, `burst 1 ${burst}`);

      await one.must(['docker', 'restart', '-t', '1', 'fleet-prod-talk-1']);
      await following.has(one.address, 'ready 2');
      await two.cut();
      await say(one);
      await following.has(one.address, `burst 2 ${burst}`);
      await two.exec(['docker', 'exec', '-d', 'fleet-prod-talk-1', 'touch', '/say']);
      await following.until(() => following.told().includes(two.address), 'that the host is told', 60_000);
      await two.mend();
      await following.has(two.address, `burst 2 ${burst}`);
      following.stop();
      await following.ended;
      for (const host of scene.hosts) complete(host, following.of(host.address));

      const document = JSON.parse((await scene.stagecraft([0], 'logs', '--json')).stdout) as readonly Line[];
      const sorted = document.every((line, at) => at === 0 || (document[at - 1]?.time ?? '') <= line.time);
      for (const host of scene.hosts) complete(host, document.filter((line) => line.host === host.address).map(({ text }) => text));
      must(sorted, 'the lines of both hosts are not in order of time');

      await two.crash();
      const begun = Date.now();
      const without = await scene.stagecraft([10], 'logs', '--tail', '3');
      const took = Math.round((Date.now() - begun) / 100) / 10;
      must(without.stderr.includes(two.address) && without.stdout.trim().split('\n').length === 3, `logs with a host away: ${without.all.slice(-800)}`);
      return `${document.length} lines, each once and in order, followed over a killed connection, a restart and a cut cable; with a host away exit 10 after ${took} s, the other's lines shown`;
    }, ['busybox:1.35']),
};

/** A burst, whenever the file is there. */
const talkers = [
  'services:',
  '  talk:',
  '    image: busybox:1.35',
  '    init: true',
  '    stop_grace_period: 1s',
  `    command: [sh, -c, "n=$$(cat /n 2>/dev/null || echo 0); r=$$(($$(cat /r 2>/dev/null || echo 0) + 1)); echo $$r >/r; echo ready $$r; while :; do if [ -e /say ]; then rm /say; n=$$((n + 1)); echo $$n >/n; awk -v n=$$n 'BEGIN { for (i = 1; i <= ${burst}; i++) print \\"burst \\" n \\" \\" i }'; fi; sleep 0.1; done"]`,
  '',
].join('\n');

async function say(host: TestHost): Promise<void> {
  await host.must(['docker', 'exec', 'fleet-prod-talk-1', 'touch', '/say']);
}

interface Following {
  of(host: string): readonly string[];
  /** What was told beside the lines. */
  told(): string;
  has(host: string, text: string): Promise<void>;
  until(holds: () => boolean, what: string, ms?: number): Promise<void>;
  stop(): void;
  readonly ended: Promise<unknown>;
}

function follow(stage: Stage, scene: HostsScene): Following {
  const child = spawn(process.execPath, [cli, 'logs', '--follow', '--json-events'], { cwd: stage.folder, env: { ...stage.env, ...scene.env } as NodeJS.ProcessEnv, stdio: ['ignore', 'pipe', 'pipe'] });
  const lines = new Map<string, string[]>();
  let rest = '';
  let told = '';
  child.stdout.setEncoding('utf8');
  child.stdout.on('data', (part: string) => {
    const found = (rest + part).split('\n');
    rest = found.pop() ?? '';
    for (const line of found) {
      const { code, data } = JSON.parse(line) as { readonly code: string; readonly data: Line };
      if (code === 'SC5405') push(data);
      else told += `${line}\n`;
    }
  });
  const push = ({ host, text }: Line): void => {
    const known = lines.get(host);
    if (known) known.push(text);
    else lines.set(host, [text]);
  };
  child.stderr.on('data', (part: Buffer) => (told += part.toString()));
  const until: Following['until'] = async (holds, what, ms = 90_000) => {
    for (const end = Date.now() + ms; !holds(); await sleep(50)) must(Date.now() < end && child.exitCode === null, `${what} did not come: ${told.slice(-1500)}`);
  };
  const of = (host: string): readonly string[] => lines.get(host) ?? [];
  return {
    of,
    told: () => told,
    until,
    has: (host, text) => until(() => of(host).at(-1) === text || of(host).includes(text), `"${text}" of ${host}`),
    stop: () => void child.kill('SIGINT'),
    ended: new Promise((resolve) => child.once('close', resolve)),
  };
}

/** Both bursts are there, each line once, in their order. */
function complete(host: TestHost, texts: readonly string[]): void {
  for (const n of [1, 2]) {
    const seen = texts.filter((text) => text.startsWith(`burst ${n} `)).map((text) => Number(text.split(' ')[2]));
    const wrong = seen.findIndex((number, at) => number !== at + 1);
    must(seen.length === burst && wrong === -1, `burst ${n} of ${host.address}: ${seen.length} lines of ${burst}${wrong === -1 ? '' : `, the first that is not in its place: ${seen[wrong] ?? ''} at ${wrong + 1}`}`);
  }
}
