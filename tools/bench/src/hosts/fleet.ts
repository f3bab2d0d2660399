import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { acquireHosts, type TestHost } from '@stagecraft-tools/hosts';
import type { Setting } from '../part.js';
import { run, type Ran } from '../run.js';
import { setScene, type Scene } from '../scene.js';

/** Test hosts with an engine each, and a folder of a project on this machine. */
export interface Fleet {
  readonly hosts: readonly TestHost[];
  readonly scene: Scene;
  /** What reaches them, for `ssh -F`. */
  readonly sshConfig: string;
  /** Runs the command line on the first so many hosts, in a project of its own. */
  stagecraft(hosts: number, args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Ran>;
  /** Runs a command on each of so many hosts at once, as `baseline/fleet.sh` does. */
  script(hosts: number, command: string): Promise<Ran>;
  /** Commands that came over SSH to a host so far. */
  commands(host: TestHost): Promise<number>;
  release(): Promise<void>;
}

const baseline = fileURLToPath(new URL('../../baseline/', import.meta.url));
/** Counts what comes over SSH, in the way of every command. */
const counter = '#!/bin/sh\nprintf . >>/var/tmp/commands\n[ -n "$SSH_ORIGINAL_COMMAND" ] && exec sh -c "$SSH_ORIGINAL_COMMAND"\nexec sh -l\n';
/** A host has no program of the kind, and the script of one host asks its proxy. */
const curl = `#!/bin/bash
url=\${!#}; rest=\${url#http://}; place=\${rest%%/*}
exec 3<>"/dev/tcp/\${place%:*}/\${place#*:}" || exit 7
printf 'GET /%s HTTP/1.0\\r\\nHost: %s\\r\\n\\r\\n' "\${rest#*/}" "$place" >&3
cat <&3
`;

export async function fleet(setting: Setting, count: number, images: readonly string[], compose: string): Promise<Fleet> {
  const got = await acquireHosts({ why: 'bench hosts', hosts: Array.from({ length: count }, () => ({ liveRestore: true, shares: [{ from: baseline.replace(/\/$/, ''), to: '/srv/baseline' }] })) });
  if ('reason' in got) throw new Error(got.reason);
  const { hosts } = got;
  const scene = setScene(setting);
  const sshConfig = join(scene.home, 'ssh-config');
  try {
    scene.write('docker-compose.yml', compose);
    scene.write('../home/ssh-config', configOf(hosts));
    scene.write('../home/images', '');
    await scene.run(['docker', 'save', '-o', join(scene.home, 'images'), ...images]);
    for (const host of hosts) {
      const { PATH, DOCKER_HOST, DOCKER_CONFIG } = host.env();
      await run(['docker', 'load', '-q', '-i', join(scene.home, 'images')], { cwd: scene.folder, env: { ...scene.env, PATH, DOCKER_HOST, DOCKER_CONFIG }, signal: setting.signal });
      await host.must(['sh', '-c', 'mkdir -p /srv/app /srv/routes && cat >/usr/local/bin/curl && chmod 755 /usr/local/bin/curl'], { input: curl });
      await host.must(['sh', '-c', 'cat >/usr/local/sbin/counted && chmod 755 /usr/local/sbin/counted && printf "ForceCommand /usr/local/sbin/counted\\n" >>/etc/ssh/sshd_config && pkill -HUP -o -x sshd'], { input: counter });
    }
  } catch (error) {
    await got.release();
    await scene.clear();
    throw error;
  }
  return {
    hosts,
    scene,
    sshConfig,
    stagecraft(number, args, env = {}) {
      scene.write('stagecraft.yml', project(`${scene.name}-${number}`, number, hosts.slice(0, number)));
      return scene.stagecraft(args, { STAGECRAFT_SSH_CONFIG: sshConfig, STAGECRAFT_HOST_DIR: undefined, ...env });
    },
    script: (number, command) => scene.run(['sh', join(baseline, 'fleet.sh'), command], { SSH_CONFIG: sshConfig, HOSTS: hosts.slice(0, number).map((host) => host.address).join(' ') }),
    commands: async (host) => (await host.must(['sh', '-c', 'cat /var/tmp/commands 2>/dev/null || :'])).length,
    async release() {
      await got.release();
      await scene.clear();
    },
  };
}

/** All hosts behind the first one at the same time, as far as that can be said. */
function project(name: string, number: number, hosts: readonly TestHost[]): string {
  return [
    'version: 1',
    `project: { name: ${name} }`,
    `routes: [{ path: /of-${number}, service: web, port: 3000 }]`,
    'proxy: { provider: traefik, listen: { http: 8080 } }',
    'rollout: { max_parallel: 100% }',
    `environments: { prod: { driver: ssh, hosts: [${hosts.map((host) => `root@${host.address}`).join(', ')}] } }`,
    '',
  ].join('\n');
}

function configOf(hosts: readonly TestHost[]): string {
  const given = hosts[0]?.ssh() ?? [];
  const known = given.find((arg) => arg.startsWith('UserKnownHostsFile='))?.split('=')[1] ?? '';
  return `Host ${hosts.map((host) => host.address).join(' ')}\n  IdentityFile ${given[given.indexOf('-i') + 1] ?? ''}\n  IdentitiesOnly yes\n  UserKnownHostsFile ${known}\n`;
}
