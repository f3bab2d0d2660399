import { join } from 'node:path';
import { acquireHosts, packageSource, type PackageSource, type TestHost } from '@stagecraft-tools/hosts';
import { must, type Point } from '../point.js';
import type { Ran, Stage } from '../stage.js';
import { sameImages, sshConfig } from './scene.js';

const SOURCE = '/srv/packages';

/** As a person rents them: Debian 12, SSH, a user who is not root. Packages come from a folder that the tools make of the distribution's own, once, by this machine's own sources. */
export const setUp: Point = {
  title: 'a bare Debian host made ready by hosts setup and deployed to by a user who is not root',
  async prove(stage) {
    const source = await packageSource((line) => console.error(`hosts: ${line}`));
    if ('reason' in source) throw new Error(source.reason);
    const bare = { docker: false, init: 'systemd', shares: [{ from: source.folder, to: SOURCE }] } as const;
    const got = await acquireHosts({ why: 'prove hosts: hosts setup', hosts: [bare, bare] });
    if ('reason' in got) throw new Error(got.reason);
    try {
      return await story(stage, got.hosts as readonly [TestHost, TestHost], source);
    } finally {
      await got.release();
    }
  },
};

interface SetUp {
  readonly host: string;
  readonly outcome: string;
  readonly engine?: string;
  readonly compose?: string;
  readonly changes: readonly { readonly kind: string; readonly text: string }[];
  readonly warnings?: readonly string[];
  readonly error?: { readonly code: string; readonly next: readonly string[] };
}

async function story(stage: Stage, hosts: readonly [TestHost, TestHost], { own, newer }: PackageSource): Promise<string> {
  const [one, two] = hosts;
  for (const host of hosts)
    await host.must(['sh', '-c', `rm -f /etc/apt/sources.list.d/*; echo "deb [trusted=yes] file:${SOURCE} ${own} main" >/etc/apt/sources.list; useradd --create-home --shell /bin/bash deploy; cp -a /root/.ssh /home/deploy/.ssh; chown -R deploy:deploy /home/deploy/.ssh`]);
  // The second is somebody's own already: sudo, and settings of the engine that stay.
  await two.must(['sh', '-c', `echo 'deploy ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/deploy; mkdir -p /etc/docker; echo '{"log-level":"warn"}' >/etc/docker/daemon.json`]);
  await stage.write({
    'ssh-config': sshConfig(hosts),
    'stagecraft.yml': `version: 1\nproject: { name: bare }\nenvironments:\n  prod:\n    driver: ssh\n    hosts:\n      one: { address: ${one.address}, user: deploy }\n      two: { address: ${two.address}, user: deploy }\n`,
    'docker-compose.yml': 'services:\n  web:\n    image: busybox:1.35\n    command: [sleep, "1000"]\n    init: true\n',
  });
  const env = { STAGECRAFT_SSH_CONFIG: join(stage.folder, 'ssh-config'), STAGECRAFT_HOST_DIR: undefined };
  const stagecraft = async (code: number, ...args: readonly string[]): Promise<Ran> => {
    const ran = await stage.stagecraft(args, { env });
    must(ran.exitCode === code, `${args.join(' ')}: exit code ${ran.exitCode}, not ${code}: ${ran.all.slice(-2500)}`);
    return ran;
  };
  const setup = async (code: number, ...args: readonly string[]): Promise<readonly [SetUp, SetUp]> => (JSON.parse((await stagecraft(code, 'hosts', 'setup', '--json', ...args)).stdout) as { readonly hosts: readonly [SetUp, SetUp] }).hosts;
  const before = await Promise.all(hosts.map(printOf));

  // Refused, each for its own reason, with what to do.
  const refused = await setup(1, '--yes');
  must(refused.map(({ error }) => error?.code).join() === 'SC5091,SC5092', `without a way to be root, and with packages that are too old: ${JSON.stringify(refused)}`);
  must(refused[0].error?.next[0] === 'stagecraft hosts setup --host one --as root', `the way to be root: ${JSON.stringify(refused[0])}`);
  must(refused[1].error?.next[0]?.endsWith(`--host two --suite ${newer}`), `the suite to take: ${JSON.stringify(refused[1])}`);
  const asked = await stagecraft(1, 'hosts', 'setup', '--as', 'root', '--suite', newer);
  must(/SC5098/.test(asked.all) && /which replaces \d+ by newer ones: .*libc6/.test(asked.all), `asked, and nobody answers: ${asked.all.slice(-1500)}`);
  const planned = await setup(0, '--as', 'root', '--suite', newer, '--dry-run');
  must(planned.every(({ outcome, changes }) => outcome === 'planned' && changes.map(({ kind }) => kind).join() === 'packages,settings,group,folder'), `--dry-run: ${JSON.stringify(planned)}`);
  must((await Promise.all(hosts.map(printOf))).join() === before.join(), 'a host was changed before anybody said yes');

  const begun = Date.now();
  const ready = await setup(0, '--as', 'root', '--suite', newer, '--yes');
  const seconds = Math.round((Date.now() - begun) / 1000);
  must(ready.every(({ outcome, engine, compose }) => outcome === 'ready' && engine !== undefined && compose !== undefined), `set up: ${JSON.stringify(ready)}`);
  const settings = JSON.parse(await two.must(['cat', '/etc/docker/daemon.json'])) as Readonly<Record<string, unknown>>;
  must(settings['log-level'] === 'warn' && settings['live-restore'] === true, `its settings are ${JSON.stringify(settings)}`);
  const set = await Promise.all(hosts.map(printOf));
  const again = await setup(0, '--as', 'root', '--suite', newer, '--yes');
  must(again.every(({ outcome, changes }) => outcome === 'nothing to do' && changes.length === 0), `a second time: ${JSON.stringify(again)}`);
  must((await Promise.all(hosts.map(printOf))).join() === set.join(), 'the second run changed a host');

  await sameImages(stage, hosts, ['busybox:1.35']);
  await stagecraft(0, 'deploy', '--yes');
  await stagecraft(0, 'status');
  for (const host of hosts) {
    const owner = (await host.must(['sh', '-c', 'stat -c "%U %G" /var/lib/stagecraft/bare/prod/journal.ndjson; docker info --format "{{.LiveRestoreEnabled}}"'])).trim();
    must(owner === 'deploy docker\ntrue', `${host.name}: the journal is of, and live-restore is: ${owner}`);
  }

  // Who deployed before there was the folder goes on where the releases are.
  await two.must(['sh', '-c', 'mv /var/lib/stagecraft /home/deploy/.stagecraft']);
  const kept = await setup(0, '--host', 'two', '--yes');
  must(kept[0].outcome === 'nothing to do' && /SC3514/.test(kept[0].warnings?.[0] ?? ''), `with releases in the user's own folder: ${JSON.stringify(kept)}`);
  must((await two.exec(['test', '-e', '/var/lib/stagecraft'])).code !== 0, '/var/lib/stagecraft was made beside the releases that lie elsewhere');
  return `refused with ${refused.map(({ error }) => error?.code).join(' and ')}, --dry-run and no answer change nothing; both hosts ready in ${seconds} s (engine ${ready[0].engine}, Compose ${ready[0].compose}), again: nothing to do; deployed by deploy, status healthy`;
}

/** What is installed, who is who, and every file of the places that it writes to. */
function printOf(host: TestHost): Promise<string> {
  return host.must(['sh', '-c', 'dpkg-query -W; cat /etc/passwd /etc/group; find /etc /var/lib/apt /var/lib/stagecraft -type f 2>/dev/null | sort | xargs -r sha256sum']);
}
