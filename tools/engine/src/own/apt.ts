import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { attempt, must } from '../exec.js';
import type { Distribution } from './distribution.js';

/** An apt of our own: the machine's sources, proxies and keys, but every file it writes is in our folder. */
export interface Apt {
  /** Reads the package lists; what fails of it shows when a package is missed. */
  update(): Promise<void>;
  /** The version that would be taken of a package; undefined where the suite has none. */
  candidate(name: string): Promise<string | undefined>;
  /** Downloads just these packages; answers the files. */
  download(names: readonly string[], into: string): Promise<string[]>;
  /** These packages and all they need that `installed` does not have, as `NAME=VERSION`; nothing is downloaded. */
  needed(names: readonly string[]): Promise<string[]>;
  /** What the lists say of packages, a paragraph each. */
  shown(packages: readonly string[]): Promise<string[]>;
  /** Downloads these packages and all they need that `installed` does not have; answers the files. */
  closure(names: readonly string[]): Promise<string[]>;
}

export interface AptChoice {
  /** The folder that holds all that apt writes. */
  folder: string;
  /** The suite; the distribution's own where it is absent. */
  suite?: string;
  /** What counts as there already: the machine's packages, those that a file says (`/var/lib/dpkg/status` of another system), or nothing at all. */
  installed: 'machine' | 'nothing' | { readonly status: string };
}

export async function aptOf(choice: AptChoice, distribution: Distribution): Promise<Apt> {
  const own = choice.suite === undefined || choice.suite === distribution.codename;
  const { folder } = choice;
  for (const name of ['lists/partial', 'cache/archives/partial', 'conf.d', 'preferences.d', 'trusted']) mkdirSync(join(folder, name), { recursive: true });
  copyConfiguration(join(folder, 'conf.d'));
  if (choice.installed !== 'nothing') copyFileSync(choice.installed === 'machine' ? '/var/lib/dpkg/status' : choice.installed.status, join(folder, 'status'));
  else writeFileSync(join(folder, 'status'), '');
  if (!own) writeFileSync(join(folder, 'sources.list'), foreignSource(await archiveOf(distribution.codename), choice.suite ?? ''));
  writeFileSync(join(folder, 'conf.d', 'zz-stagecraft'), aptConfiguration(folder, own));
  writeFileSync(join(folder, 'apt.conf'), `Dir::Etc::Parts "${join(folder, 'conf.d')}";\n`);
  const env = { ...process.env, APT_CONFIG: join(folder, 'apt.conf'), DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' };
  return {
    async update() {
      await attempt('apt-get', ['-qq', 'update'], { env, timeout: 180_000 });
    },
    async candidate(name) {
      return candidateIn((await attempt('apt-cache', ['policy', name], { env })).stdout);
    },
    async download(names, into) {
      mkdirSync(into, { recursive: true });
      await must('apt-get', ['-qq', 'download', ...names], { env, cwd: into, timeout: 600_000 });
      return debsIn(into);
    },
    async needed(names) {
      return neededIn(await must('apt-get', ['-s', '-qq', '--no-install-recommends', 'install', ...names], { env, timeout: 120_000 }));
    },
    async shown(packages) {
      return (await must('apt-cache', ['show', ...packages], { env })).split(/\n{2,}/).map((text) => text.trim()).filter((text) => text !== '');
    },
    async closure(names) {
      await must('apt-get', closureArguments(names), { env, timeout: 600_000 });
      return debsIn(join(folder, 'cache/archives'));
    },
  };
}

export function closureArguments(names: readonly string[]): string[] {
  return ['-qq', '-y', '--no-install-recommends', '--download-only', 'install', ...names];
}

/** The apt.conf part that keeps every write in `folder`; with the machine's own sources or those in `folder`. */
export function aptConfiguration(folder: string, ownSources: boolean): string {
  const lines = [
    // Hooks of the machine (docker-clean and the like) would delete the system's own package cache.
    ...['APT::Update::Pre-Invoke', 'APT::Update::Post-Invoke', 'APT::Update::Post-Invoke-Success', 'DPkg::Pre-Invoke', 'DPkg::Post-Invoke', 'DPkg::Pre-Install-Pkgs'].map((name) => `#clear ${name};`),
    `Dir::State "${folder}";`,
    `Dir::State::Lists "${folder}/lists";`,
    `Dir::State::status "${folder}/status";`,
    `Dir::Cache "${folder}/cache";`,
    `Dir::Cache::pkgcache "pkgcache.bin";`,
    `Dir::Cache::srcpkgcache "srcpkgcache.bin";`,
    'APT::Sandbox::User "root";',
    'Acquire::Languages "none";',
    'Acquire::Retries "2";',
    // Kept after the download: it is the work's result here.
    'APT::Keep-Downloaded-Packages "true";',
    ...(ownSources ? [] : [`Dir::Etc::SourceList "${folder}/sources.list";`, 'Dir::Etc::SourceParts "/dev/null";', `Dir::Etc::PreferencesParts "${folder}/preferences.d";`, 'Dir::Etc::Preferences "/dev/null";']),
  ];
  return `${lines.join('\n')}\n`;
}

export function foreignSource(archive: string, suite: string): string {
  return `deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] ${archive} ${suite} main\n`;
}

/** Where the machine gets its distribution from, out of what `apt-get indextargets` says (`URI|codename|component`, a line each). */
export function archiveIn(targets: string, codename: string): string | undefined {
  for (const line of targets.split('\n')) {
    const [uri, release] = line.split('|');
    if (uri && release === codename) return uri;
  }
  return undefined;
}

/** What `apt-get -s install` would install (`Inst NAME [OLD] (VERSION ...`), as `NAME=VERSION`. */
export function neededIn(simulated: string): string[] {
  return [...simulated.matchAll(/^Inst (\S+)(?: \[[^\]]*\])? \((\S+)/gm)].map(([, name, version]) => `${name}=${version}`);
}

/** The candidate in what `apt-cache policy NAME` says. */
export function candidateIn(policy: string): string | undefined {
  const version = /^ {2}Candidate: (.+)$/m.exec(policy)?.[1];
  return version && version !== '(none)' ? version : undefined;
}

/** Where the machine itself gets a suite of its distribution from. */
export async function archiveOf(codename: string): Promise<string> {
  const targets = await must('apt-get', ['indextargets', '--format', '$(REPO_URI)|$(RELEASE)|$(COMPONENT)', 'Created-By: Packages']);
  const archive = archiveIn(targets, codename);
  if (!archive) throw new Error(`the machine's apt sources name no archive for ${codename}`);
  return archive;
}

/** The machine's proxies, checks and credentials hold for us as well. */
function copyConfiguration(into: string): void {
  const from = '/etc/apt/apt.conf.d';
  if (existsSync(from)) for (const name of readdirSync(from)) copyFileSync(join(from, name), join(into, name));
  if (existsSync('/etc/apt/apt.conf')) writeFileSync(join(into, 'zy-machine'), readFileSync('/etc/apt/apt.conf'));
}

function debsIn(folder: string): string[] {
  return readdirSync(folder).filter((name) => name.endsWith('.deb')).sort().map((name) => join(folder, name));
}
