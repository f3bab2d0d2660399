import { cpSync, existsSync, lstatSync, mkdirSync, readdirSync, realpathSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { attempt, must } from '../exec.js';
import { aptOf } from '../own/apt.js';
import type { Distribution } from '../own/distribution.js';

/** The suite that has the versions that the images' names promise: PostgreSQL 15, Redis 7, HAProxy 2.6, busybox 1.35. */
const SUITE = 'bookworm';
const PACKAGES = ['busybox-static', 'redis-server', 'redis-tools', 'postgresql-15', 'postgresql-client-15', 'haproxy', 'socat'];

/** Makes a folder that has these packages with all their libraries, nothing of it from this machine. */
export async function sysroot(work: string, distribution: Distribution): Promise<{ root: string; debs: string[] }> {
  if (distribution.id !== 'debian') throw new Error(`without a registry the images are made of Debian's packages, and ${distribution.id} has none`);
  const apt = await aptOf({ folder: join(work, 'apt'), suite: SUITE, installed: 'nothing' }, distribution);
  await apt.update();
  const debs = await apt.closure(PACKAGES);
  const root = join(work, 'root');
  mergedRoot(root);
  for (const deb of debs) await must('sh', ['-c', 'dpkg-deb --fsys-tarfile "$1" | tar -x -C "$2" --keep-directory-symlink --exclude=./usr/share/doc --exclude=./usr/share/man --exclude=./usr/share/locale --exclude=\'*/bitcode/*\'', 'sh', deb, root]);
  return { root, debs };
}

/** The empty folders of a merged-/usr system: packages that still say /bin and such that say /usr/bin meet. */
export function mergedRoot(root: string): void {
  for (const name of ['bin', 'sbin', 'lib', 'lib64']) {
    mkdirSync(join(root, 'usr', name), { recursive: true });
    symlinkSync(`usr/${name}`, join(root, name));
  }
  for (const name of ['etc', 'tmp', 'proc', 'sys', 'dev', 'root', 'run', 'home', 'var/lib', 'usr/local/bin', 'usr/local/sbin']) mkdirSync(join(root, name), { recursive: true });
  symlinkSync('../run', join(root, 'var/run'));
}

/** Copies programs and the libraries they load, from one root to another. A program that is not there is an error. */
export async function copyPrograms(from: string, to: string, programs: Record<string, string>): Promise<void> {
  for (const [source, target] of Object.entries(programs)) copyFile(join(from, source), join(to, target));
  await copyLibraries(from, to, Object.keys(programs));
}

export async function copyLibraries(from: string, to: string, files: readonly string[]): Promise<void> {
  const loader = loaderOf(from);
  const wanted = new Set<string>([loader]);
  for (const file of files) for (const library of await librariesOf(from, loader, file)) wanted.add(library);
  for (const folder of readdirSync(join(from, 'usr/lib')).filter((name) => name.includes('-linux-gnu')))
    // Loaded at run time for names of users and hosts, so no list has them.
    for (const name of ['libnss_files.so.2', 'libnss_dns.so.2', 'libresolv.so.2']) if (existsSync(join(from, 'usr/lib', folder, name))) wanted.add(`/usr/lib/${folder}/${name}`);
  for (const library of [...wanted].sort()) copyFile(join(from, library), join(to, library));
}

function loaderOf(root: string): string {
  const found = ['/lib64/ld-linux-x86-64.so.2', '/lib/ld-linux-aarch64.so.1'].find((path) => existsSync(join(root, path)));
  if (!found) throw new Error(`no dynamic loader is known for ${process.arch}`);
  return found;
}

/** The loader itself tells what it would load; in its own root, so that no library of the machine is meant. */
async function librariesOf(root: string, loader: string, file: string): Promise<string[]> {
  const args = [loader, '--list', file];
  const ran = root === '/' ? await attempt(loader, args.slice(1)) : await attempt('chroot', [root, ...args]);
  const missing = /^\s*(\S+) => not found/m.exec(ran.stdout)?.[1];
  if (missing) throw new Error(`${file} needs ${missing}, which no package brought`);
  return librariesIn(ran.stdout);
}

/** The paths in what `ld.so --list` says. A static program says none. */
export function librariesIn(listed: string): string[] {
  return [...new Set([...listed.matchAll(/(\/\S+\.so[^\s:)]*)/g)].flatMap((match) => match[1] ?? []))].sort();
}

function copyFile(from: string, to: string): void {
  if (existsSync(to)) return;
  mkdirSync(dirname(to), { recursive: true });
  cpSync(realpathSync(from), to, { preserveTimestamps: false });
}

export function copyTree(from: string, to: string, keep: (path: string) => boolean = () => true): void {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to, { recursive: true, dereference: true, filter: (source) => keep(source) && (lstatSync(source).isSymbolicLink() ? existsSync(source) : true) });
}
