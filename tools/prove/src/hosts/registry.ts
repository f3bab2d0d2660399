import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { registryUser, startRegistry, type TestRegistry } from '@stagecraft-tools/engine';
import { must, type Point } from '../point.js';
import type { Stage } from '../stage.js';
import { bytesOver, onThreeHosts, type HostsScene } from './scene.js';
import { allSay, oneHistory } from './story.js';

/** Random bytes do not shrink: what travels is what they are. */
const layerBytes = 6_000_000;

/** What is built here goes through a registry that asks who it is: one of the distribution, with plain HTTP in the network of the test hosts. */
export const registry: Point = {
  title: 'images through a registry: pushed once, pulled by digest with a login that no host keeps; a rollback pulls what a host lost',
  prove: (stage) =>
    onThreeHosts(stage, 'a registry', async (scene) => {
      const [first] = scene.hosts;
      must(first, 'three hosts');
      const started = await startRegistry(first.address.replace(/\.\d+$/, '.1'));
      if ('reason' in started) throw new Error(started.reason);
      try {
        return await story(stage, scene, started);
      } finally {
        await started.stop();
        await stage.run(['sh', '-c', `docker images -q --filter reference='${started.host}/*/*' | xargs -r docker rmi -f`]);
      }
    }),
};

async function story(stage: Stage, scene: HostsScene, { host, log }: TestRegistry): Promise<string> {
  const [first] = scene.hosts;
  must(first, 'three hosts');
  await thirdParty(stage, host);
  await stage.write({ 'docker-compose.yml': application(host), Dockerfile: dockerfile, 'stagecraft.yml': await withRegistry(stage, host) });
  await says(stage, 'one');

  const unset = await scene.stagecraft([1], 'deploy', '--yes');
  must(/stagecraft\.yml:\d+:\d+[^\n]*/.test(unset.all) && unset.all.includes('REGISTRY_TOKEN'), `a variable that is not set: ${unset.all}`);
  await stage.write({ '.env': 'REGISTRY_USER=deployer\nREGISTRY_TOKEN=wrong\n' });
  const wrong = await scene.stagecraft([2], 'deploy', '--yes');
  must(/unauthorized|no basic auth|denied/i.test(wrong.all), `a wrong password: ${wrong.all}`);
  must((await first.must(['docker', 'ps', '-aq'])).trim() === '', 'a wrong password changed something');

  await stage.write({ '.env': `REGISTRY_USER=${registryUser.username}\nREGISTRY_TOKEN='${registryUser.password}'\n` });
  const outputs = [(await scene.stagecraft([0], 'plan')).all, (await scene.stagecraft([0], 'deploy', '--yes', '--verbose')).all];
  must(/push 198\S*\/fleet-web/.test(outputs[0] ?? '') && /pull 198\S*\/fleet-web/.test(outputs[0] ?? ''), `the plan tells of no push and pull: ${outputs[0]}`);
  await allSay(scene, 'one');

  await says(stage, 'two');
  const [before, pushesBefore] = [await bytesOver(first), pushes(log())];
  outputs.push((await scene.stagecraft([0], 'deploy', '--yes')).all);
  const moved = (await bytesOver(first)) - before;
  await allSay(scene, 'two');
  must(moved < layerBytes * 1.1, `${moved} bytes came to ${first.name} for a layer of ${layerBytes}`);
  const manifests = pushes(log()) - pushesBefore;
  must(manifests === 1, `${manifests} pushes for one image and three hosts`);

  // The image of the release before is gone from one host.
  const old = (await first.must(['sh', '-c', `docker images -q --no-trunc '${host}/team/fleet-web' | sort -u`])).trim().split('\n');
  const serving = (await first.must(['sh', '-c', "docker inspect -f '{{.Image}}' $(docker ps -q --filter label=com.docker.compose.service=web)"])).trim();
  for (const id of old.filter((one) => one !== serving)) await first.must(['docker', 'rmi', '-f', id]);
  const load = await scene.load();
  outputs.push((await scene.stagecraft([0], 'rollback', '--yes')).all);
  await allSay(scene, 'one');
  const { sent, lost, kinds } = await load.stop();
  must(lost === 0, `${lost} of ${sent} requests were lost: ${kinds}`);
  await oneHistory(scene, ['failed', 'completed', 'completed', 'completed']);

  // What CI does, for a deploy elsewhere.
  outputs.push((await scene.stagecraft([0], 'build', '--push', '--version', 'of-ci')).all);
  const tags = await (await fetch(`http://${host}/v2/team/fleet-web/tags/list`, { headers: { authorization: `Basic ${Buffer.from(`${registryUser.username}:${registryUser.password}`).toString('base64')}` } })).text();
  must(tags.includes('"of-ci"'), `build --push: the registry has ${tags}`);

  must(!outputs.join('\n').includes(registryUser.password), 'the password was shown');
  for (const one of scene.hosts) {
    const found = await one.must(['sh', '-c', 'grep -rlF -e "$1" -e "$2" /root /tmp /etc /var/tmp 2>/dev/null || :', 'sh', registryUser.password, Buffer.from(`${registryUser.username}:${registryUser.password}`).toString('base64')]);
    must(found.trim() === '', `the login is on ${one.name}: ${found}`);
  }
  return `unset variable exit 1 at its place, wrong password exit 2 and nothing changed; one changed layer of ${layerBytes} bytes: pushed once, ${moved} bytes came to a host, ${(moved / layerBytes).toFixed(2)} of it; build --push; a rollback pulled the image that a host had lost, ${sent} requests, 0 lost; the login is on no host and in no output`;
}

/** A private image of somebody else, which hosts pull with the same login. */
async function thirdParty(stage: Stage, host: string): Promise<void> {
  const reference = `${host}/private/side:1`;
  await stage.docker(['tag', 'busybox:1.35', reference]);
  const env = { PASSWORD: registryUser.password };
  const said = await stage.run(['sh', '-c', 'printf %s "$PASSWORD" | docker --config "$1" login -u "$2" --password-stdin "$3" && docker --config "$1" push -q "$4"', 'sh', `${stage.folder}/docker-login`, registryUser.username, host, reference], { env });
  must(said.exitCode === 0, `the third party's push: ${said.all}`);
  await stage.docker(['rmi', reference]);
}

function pushes(log: string): number {
  return log.split('\n').filter((line) => /http\.request\.method=PUT/.test(line) && /response completed|http\.response\.status=201/.test(line) && /\/manifests\//.test(line)).length;
}

async function withRegistry(stage: Stage, host: string): Promise<string> {
  const text = await readFile(join(stage.folder, 'stagecraft.yml'), 'utf8');
  return `${text.replace('{ name: fleet }', `{ name: fleet, registry: "${host}/team" }`)}registries: [{ host: "${host}", username_env: REGISTRY_USER, password_env: REGISTRY_TOKEN }]\n`;
}

const dockerfile = `FROM busybox:1.35
COPY base /base
COPY layer /layer
COPY index.html /www/index.html
CMD ["httpd", "-f", "-p", "8000", "-h", "/www"]
`;

function application(host: string): string {
  return `services:
  web:
    build: .
    init: true
    healthcheck: { test: [CMD, wget, -q, -O, /dev/null, "http://127.0.0.1:8000/"], interval: 500ms, retries: 20 }
    stop_grace_period: 2s
  side:
    image: ${host}/private/side:1
    init: true
    command: [sleep, "3600"]
    stop_grace_period: 1s
`;
}

async function says(stage: Stage, word: string): Promise<void> {
  await stage.write({ 'index.html': `${word}\n` });
  await stage.run(['sh', '-c', `[ -f base ] || head -c ${layerBytes} /dev/urandom >base; head -c ${layerBytes} /dev/urandom >layer`], { cwd: stage.folder });
}
