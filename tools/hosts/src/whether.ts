import { existsSync } from 'node:fs';
import { attempt, eligible, type Distribution } from '@stagecraft-tools/engine/parts';

const programs = { flock: 'util-linux', ip: 'iproute2', 'mkfs.ext4': 'e2fsprogs', nsenter: 'util-linux', perl: 'perl', setpriv: 'util-linux', 'ssh-keygen': 'openssh-client', unshare: 'util-linux' };

/** Why hosts cannot be made here, or the distribution of which they are made. */
export async function whetherHosts(): Promise<Distribution | string> {
  const distribution = eligible();
  if (typeof distribution === 'string') return distribution.replace('an engine of our own needs', 'test hosts need');
  if (distribution.id !== 'debian') return `test hosts are made of Debian's packages, and this is ${distribution.id}`;
  if (!existsSync('/dev/loop-control')) return 'test hosts have disks of their own, and this kernel has no loop devices (/dev/loop-control)';
  const missing: string[] = [];
  for (const [name, from] of Object.entries(programs)) if ((await attempt('sh', ['-c', 'command -v "$1"', 'sh', name], { env: systemPath() })).code !== 0) missing.push(`${name} (package ${from})`);
  if (missing.length > 0) return `not installed here: ${missing.join(', ')}`;
  const apart = await attempt('unshare', ['--mount', '--uts', '--ipc', '--pid', '--net', '--cgroup', '--fork', 'true'], { env: systemPath() });
  return apart.code === 0 ? distribution : `no namespaces can be made here: ${apart.stderr.trim()}`;
}

/** sbin is not on everybody's PATH. */
export function systemPath(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const path = env['PATH'] ?? '';
  return { ...env, PATH: [path, ...['/usr/sbin', '/sbin', '/usr/bin', '/bin'].filter((folder) => !path.split(':').includes(folder))].join(':') };
}
