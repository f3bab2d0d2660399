import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { aptOf, archiveOf, locked, must, removeCutOff, WORK, type Distribution } from '@stagecraft-tools/engine/parts';
import { systemPath } from './whether.js';

/** Counted up when what is in a root changes: older ones are then not taken. */
const RECIPE = 1;

const PACKAGES = ['ca-certificates', 'dbus', 'iproute2', 'iptables', 'openssh-server', 'procps', 'sudo', 'systemd-sysv'];

/** The root filesystem of a host that has only SSH, out of the cache or made of the distribution's packages (network, about half a minute). */
export async function bareRoot(roots: string, distribution: Distribution, tell: (line: string) => void): Promise<string> {
  mkdirSync(roots, { recursive: true });
  const root = join(roots, `${distribution.codename}-${process.arch}-r${RECIPE}`);
  return locked(roots, async () => {
    removeCutOff(roots);
    if (!existsSync(root)) await make(root, roots, distribution, tell);
    return root;
  });
}

async function make(root: string, roots: string, distribution: Distribution, tell: (line: string) => void): Promise<void> {
  const work = mkdtempSync(join(roots, WORK));
  try {
    tell(`making a root filesystem of ${distribution.codename}`);
    const apt = await aptOf({ folder: join(work, 'apt'), installed: 'machine' }, distribution);
    await apt.update();
    for (const deb of await apt.download(['mmdebstrap'], join(work, 'debs'))) await must('dpkg-deb', ['-x', deb, join(work, 'tool')]);
    const made = join(work, 'root');
    await must(join(work, 'tool/usr/bin/mmdebstrap'), ['--quiet', '--variant=minbase', '--skip=check/empty', `--include=${PACKAGES.join(',')}`, distribution.codename, made, await archiveOf(distribution.codename)], { env: systemPath(), timeout: 600_000 });
    // What makes a machine this one and no other is each host's own.
    await must('sh', ['-c', 'rm -f "$1"/etc/ssh/ssh_host_* "$1"/etc/machine-id "$1"/etc/hostname "$1"/etc/resolv.conf', 'sh', made]);
    renameSync(made, root);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
