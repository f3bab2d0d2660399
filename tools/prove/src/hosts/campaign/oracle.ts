import type { TestHost } from '@stagecraft-tools/hosts';
import { acknowledged, chainOf, repeats } from '../../badday/crash/laws.js';
import { must } from '../../point.js';
import type { HostsScene } from '../scene.js';
import { oneHistory } from '../story.js';

const FOLDER = '/root/.stagecraft/fleet/prod';

export function journalsOf({ hosts }: HostsScene): Promise<readonly string[]> {
  return Promise.all(hosts.map((host) => host.must(['cat', `${FOLDER}/journal.ndjson`])));
}

/** Whether an operation is open, on any host. */
export async function isOpen({ hosts }: HostsScene): Promise<boolean> {
  const open = await Promise.all(hosts.map((host) => host.exec(['test', '-e', `${FOLDER}/open.json`])));
  return open.some(({ code }) => code === 0);
}

/** Ids and outcomes of the closed releases that all hosts have, newest first. */
export async function releasesOf(scene: HostsScene): Promise<readonly { readonly id: string; readonly outcome: string }[]> {
  const [first] = scene.hosts;
  const text = (await first?.must(['sh', '-c', `cd ${FOLDER}/releases && for id in *; do printf '%s %s\\n' "$id" "$(sed -n 's/.*"outcome":"\\([a-z]*\\)".*/\\1/p' "$id/release.json" 2>/dev/null)"; done`])) ?? '';
  return text.trim().split('\n').map((line) => line.split(' ')).map(([id = '', outcome = '']) => ({ id, outcome })).reverse();
}

/** The word that a release of the application says. */
export async function wordOf({ hosts: [first] }: HostsScene, release: string): Promise<string> {
  return /echo (w\d+)\b/.exec((await first?.must(['cat', `${FOLDER}/releases/${release}/docker-compose.yml`])) ?? '')?.[1] ?? '';
}

/**
 * What has to hold once an operation has come to its end, whatever befell it.
 * @param untidy it told that cleaning up is left to the next deploy: then stopped containers may be there, until that.
 * @throws Error for what does not. @returns the word that all hosts say.
 */
export async function sound(scene: HostsScene, before: readonly string[], allowed: readonly string[], untidy: boolean): Promise<string> {
  must(!(await isOpen(scene)), 'an operation is still open on a host');
  const journals = await journalsOf(scene);
  for (const [index, journal] of journals.entries()) {
    const name = scene.hosts[index]?.name ?? '';
    must(acknowledged(journal).startsWith(acknowledged(before[index] ?? '')), `${name}: the journal has lost what was acknowledged`);
    const again = repeats(chainOf(journal));
    must(again.length === 0, `${name}: repeated without a probe: ${again.join('; ')}`);
  }
  await oneHistory(scene);
  const serving = new Set(await scene.answers());
  const [word = ''] = serving;
  must(serving.size === 1 && allowed.includes(word), `the hosts say ${[...serving].join(', ')}, not ${allowed.join(' or ')}`);
  const containers = await Promise.all(scene.hosts.map(containersOf));
  must(containers.every((text) => (untidy ? /^running(?:\nexited)*$|^(?:exited\n)+running$/ : /^running$/).test(text)), `containers of the hosts: ${containers.map((text) => text.replaceAll('\n', ' ')).join(' | ')}`);
  const lock = await scene.stagecraft([0], 'lock', 'status');
  must(lock.stdout.startsWith('free'), `the lock: ${lock.all.slice(0, 400)}`);
  await scene.stagecraft([0], 'status');
  const second = await scene.stagecraft([1], 'deploy', '--resume', '--yes');
  must(/nothing to resume/.test(second.all), `a second --resume: ${second.all.slice(-600)}`);
  must((await journalsOf(scene)).join() === journals.join(), 'a second --resume wrote to a journal');
  return word;
}

async function containersOf(host: TestHost): Promise<string> {
  return (await host.must(['docker', 'ps', '-a', '--filter', 'label=com.docker.compose.service=web', '--format', '{{.State}}'])).trim();
}
