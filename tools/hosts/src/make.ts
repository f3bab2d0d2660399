import { randomBytes } from 'node:crypto';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { must } from '@stagecraft-tools/engine/parts';
import { engineSettings, simpleInit } from './boot.js';
import { switchOff, type HostRecord } from './machine.js';
import { addressOf, HUB } from './network.js';
import { folderOf, type HostPlaces } from './places.js';
import type { HostChoice } from './types.js';
import { systemPath } from './whether.js';

/** The most hosts at once. */
export const MOST = 6;
const DISK_MB = 8192;

export interface Ground {
  /** Root filesystem of a host that has only SSH. */
  readonly bare: string;
  /** The engine's packages, unpacked, to be laid over it. */
  readonly engine: string;
}

/** The folder of a host that is off: its record, its empty disk, and what is to be on it at the first boot. */
export async function layHost(places: HostPlaces, number: number, choice: HostChoice, ground: Ground, tied: boolean): Promise<string> {
  const name = `h${number}`;
  const folder = folderOf(places, name);
  for (const part of ['disk', 'root', 'seed']) mkdirSync(join(folder, part), { recursive: true });
  const lowers = [...((choice.docker ?? true) ? [ground.engine] : []), ground.bare];
  lowers.forEach((lower, n) => symlinkSync(lower, join(folder, `lower-${n}`)));
  const disk = join(folder, 'disk.img');
  writeFileSync(disk, '');
  truncateSync(disk, (choice.diskMb ?? DISK_MB) * 1024 * 1024);
  // Without a journal: what a power cut takes of it is never written by half, as the kernel lives on.
  await must('mkfs.ext4', ['-q', '-F', '-m', '0', '-O', '^has_journal', '-E', 'nodiscard', disk], { env: systemPath() });
  await seed(join(folder, 'seed'), places, name, number, choice);
  await rememberKey(places, name, number, folder);
  writeFileSync(join(folder, 'host.json'), JSON.stringify({ name, number, choice, lowers: lowers.length, tied } satisfies HostRecord, null, 2));
  return name;
}

/** Takes a host away with all that it wrote. */
export async function removeHost(places: HostPlaces, name: string): Promise<void> {
  await switchOff(folderOf(places, name), name);
  rmSync(folderOf(places, name), { recursive: true, force: true });
}

/** The key that opens all hosts of the set. */
export async function layKey(places: HostPlaces): Promise<void> {
  mkdirSync(places.state, { recursive: true });
  const key = join(places.state, 'key');
  if (!existsSync(key)) await must('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'stagecraft test hosts', '-f', key], { env: systemPath() });
}

async function seed(folder: string, places: HostPlaces, name: string, number: number, choice: HostChoice): Promise<void> {
  const write = (path: string, text: string, mode = 0o644): void => {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
    chmodSync(join(folder, path), mode);
  };
  write('etc/hostname', `${name}\n`);
  write('etc/hosts', ['127.0.0.1 localhost', `${HUB} hub`, ...Array.from({ length: MOST }, (_, n) => `${addressOf(n + 1)} h${n + 1}`), ''].join('\n'));
  // Nobody answers there, but says so at once: a name that is not known must not cost seconds.
  write('etc/resolv.conf', `nameserver ${HUB}\n`);
  write('etc/machine-id', `${randomBytes(16).toString('hex')}\n`, 0o444);
  write('etc/docker/daemon.json', engineSettings(choice.liveRestore ?? false));
  write('usr/local/sbin/host-init', simpleInit, 0o755);
  // Units that look for hardware which is not there.
  for (const unit of ['console-getty', 'systemd-modules-load']) {
    mkdirSync(join(folder, 'etc/systemd/system'), { recursive: true });
    symlinkSync('/dev/null', join(folder, 'etc/systemd/system', `${unit}.service`));
  }
  mkdirSync(join(folder, 'root/.ssh'), { recursive: true, mode: 0o700 });
  chmodSync(join(folder, 'root'), 0o700);
  copyFileSync(join(places.state, 'key.pub'), join(folder, 'root/.ssh/authorized_keys'));
  mkdirSync(join(folder, 'etc/ssh'), { recursive: true });
  await must('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', join(folder, 'etc/ssh/ssh_host_ed25519_key')], { env: systemPath() });
}

async function rememberKey(places: HostPlaces, name: string, number: number, folder: string): Promise<void> {
  const [type, key] = readFileSync(join(folder, 'seed/etc/ssh/ssh_host_ed25519_key.pub'), 'utf8').split(' ');
  const file = join(places.state, 'known_hosts');
  const others = existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter((line) => line !== '' && !line.startsWith(`${addressOf(number)},`)) : [];
  writeFileSync(file, [...others, `${addressOf(number)},${name} ${type} ${key}`, ''].join('\n'));
}
