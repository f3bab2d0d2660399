import { hierarchyNames } from './control-groups.js';

export interface BootChoice {
  readonly name: string;
  /** The folder of the host on this machine: `disk.img`, `seed/`, `boot_id`, and what is mounted. */
  readonly folder: string;
  /** How many folders `lower-0`, `lower-1`, ... lie below the host's own files; the first on top. */
  readonly lowers: number;
  readonly init: 'simple' | 'systemd';
  /** What of this machine is there too, read-only: a file or folder and where it is to be. */
  readonly shares: readonly { readonly from: string; readonly to: string }[];
}

/** The script that turns a process in new namespaces into process 1 of a host. All that it mounts goes with its mount namespace. */
export function bootScript(choice: BootChoice): string {
  const { folder, name, lowers, shares } = choice;
  const names = hierarchyNames();
  const lower = Array.from({ length: lowers }, (_, n) => `lower-${n}`).join(':');
  return `set -e
mount --make-rprivate /
cd ${quoted(folder)}
mount -o loop disk.img disk
mkdir -p disk/upper disk/work disk/docker
if [ ! -e disk/seeded ]; then cp -a seed/. disk/upper/; : >disk/seeded; fi
# Relative, as a path may hold the marks that overlay takes for its own.
mount -t overlay ${name} -o ${quoted(`lowerdir=${lower},upperdir=disk/upper,workdir=disk/work`)} root
M=$PWD/root
# The engine's store is no overlay on an overlay.
mkdir -p "$M/var/lib/docker"
mount --bind disk/docker "$M/var/lib/docker"
mount -t proc proc "$M/proc"
# A machine that has booted anew says so here.
mount --bind boot_id "$M/proc/sys/kernel/random/boot_id"
mount -t sysfs sysfs "$M/sys"
${names.length === 0 ? 'mount -t cgroup2 cgroup2 "$M/sys/fs/cgroup"' : groupsOfVersion1(names)}
mount -t tmpfs -o mode=755 tmpfs "$M/dev"
mkdir "$M/dev/pts" "$M/dev/shm" "$M/dev/net" "$M/dev/mqueue"
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts "$M/dev/pts"
ln -s pts/ptmx "$M/dev/ptmx"
mount -t tmpfs tmpfs "$M/dev/shm"
mount -t mqueue mqueue "$M/dev/mqueue"
for d in null zero full random urandom tty fuse net/tun kmsg; do [ ! -e "/dev/$d" ] || cp -a "/dev/$d" "$M/dev/$d"; done
ln -s /proc/self/fd "$M/dev/fd"; ln -s fd/0 "$M/dev/stdin"; ln -s fd/1 "$M/dev/stdout"; ln -s fd/2 "$M/dev/stderr"
: >"$M/dev/console"
mount -t tmpfs -o mode=755 tmpfs "$M/run"
${shares.map(({ from, to }) => share(from, to)).join('\n')}
hostname ${name}
cd "$M"
mkdir -p .old
pivot_root . .old
cd /
umount -l /.old
rmdir /.old || :
${choice.init === 'systemd' ? systemd(names.length > 0) : 'exec /usr/local/sbin/host-init'}
`;
}

/** Process 1 of a host without systemd: SSH, and the engine again and again, as a unit with \`Restart=always\` would. */
export const simpleInit = `#!/bin/bash
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
# Version 2 of control groups: processes live in leaves only.
if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
  mkdir -p /sys/fs/cgroup/init
  while read -r pid; do echo "$pid" >/sys/fs/cgroup/init/cgroup.procs; done </sys/fs/cgroup/cgroup.procs 2>/dev/null
  for c in $(cat /sys/fs/cgroup/cgroup.controllers); do echo "+$c" >/sys/fs/cgroup/cgroup.subtree_control; done
fi
if ! id deploy >/dev/null 2>&1; then
  command -v dockerd >/dev/null && groupadd --system docker
  useradd --create-home --shell /bin/bash deploy
  ! command -v dockerd >/dev/null || usermod --append --groups docker deploy
  install -d -m 700 -o deploy -g deploy /home/deploy/.ssh
  install -m 600 -o deploy -g deploy /root/.ssh/authorized_keys /home/deploy/.ssh/authorized_keys
fi
mkdir -p /run/sshd
/usr/sbin/sshd
if command -v dockerd >/dev/null; then
  while :; do
    if [ ! -e /run/engine-off ]; then
      rm -f /run/docker.pid
      dockerd >>/var/log/dockerd.log 2>&1
    fi
    sleep 1
  done &
fi
sleep infinity &
while :; do wait -n; done
`;

/** The engine's settings. Its addresses are behind the host's own, so every host has the same. */
export function engineSettings(liveRestore: boolean): string {
  return `${JSON.stringify({ bip: '198.19.200.1/24', 'default-address-pools': [{ base: '198.19.128.0/17', size: 24 }], 'insecure-registries': ['198.18.0.0/24'], 'live-restore': liveRestore, 'storage-driver': 'overlay2', 'log-opts': { 'max-size': '8m' } }, null, 2)}\n`;
}

function groupsOfVersion1(names: readonly string[]): string {
  const mounts = names.map((name) => {
    const options = name === 'systemd' ? '-t cgroup -o none,name=systemd' : name === 'unified' ? '-t cgroup2' : `-t cgroup -o ${name}`;
    return `mkdir "$M/sys/fs/cgroup/${name}"\nmount ${options} cgroup "$M/sys/fs/cgroup/${name}"`;
  });
  return ['mount -t tmpfs -o mode=755 tmpfs "$M/sys/fs/cgroup"', ...mounts].join('\n');
}

function share(from: string, to: string): string {
  const place = `"$M"${quoted(to)}`;
  return `if [ -d ${quoted(from)} ]; then mkdir -p ${place}; else mkdir -p "$M"${quoted(to.slice(0, to.lastIndexOf('/')) || '/')}; : >>${place}; fi
mount --bind ${quoted(from)} ${place}
mount -o remount,bind,ro ${place}`;
}

function systemd(version1: boolean): string {
  const older = version1 ? 'systemd.unified_cgroup_hierarchy=0 SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1 ' : '';
  return `exec env -i container=stagecraft SYSTEMD_PROC_CMDLINE='${older}systemd.log_target=console systemd.show_status=0' ${version1 ? 'SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1 ' : ''}PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
